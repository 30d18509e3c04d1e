// Puts other files in the place of node, the C library, the kit's library and the runner.
// diagnosis: exited-early
import { readdirSync, writeFileSync } from "node:fs";
import { MS_BIND, mount } from "#kernel";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	writeFileSync("/tmp/nothing", "nothing");
	for (const name of readdirSync("/opt/drydock").filter((entry) => /\.(so|cjs)$/.test(entry)))
		writeFileSync(`/opt/drydock/${name}`, "nothing");
	for (const file of ["/usr/bin/node", "/usr/sbin/ip", "/usr/lib/x86_64-linux-gnu/libc.so.6"])
		outcome(() => mount("/tmp/nothing", file, null, MS_BIND, null));
}
