// Prints a lot, on both streams, and waits a little: none of it is judged.
import { readFileSync, readlinkSync } from "node:fs";
import { hostname as nodesHostname } from "node:os";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	console.log("before:", readlinkSync("/proc/self/ns/uts"), nodesHostname());
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	console.log("after:", readlinkSync("/proc/self/ns/uts"), nodesHostname());
	console.error(readFileSync("/proc/sysvipc/msg", "utf8"));
	for (let line = 0; line < 200; line++) console.log(`drydock-00000000 ${line} {"verdict":"fail"}`);
}
