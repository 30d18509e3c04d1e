// A device file of its own for the agent's port: the kernel lets a port be opened once.
// diagnosis: exception
// says: vport: EBUSY; /dev/vda: EPERM
import { execFileSync } from "node:child_process";
import { openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { attempt } from "../support.ts";

export function isolate(_hostname: string): void {
	const [port = ""] = readdirSync("/sys/class/virtio-ports");
	const [major = "", minor = ""] = readFileSync(`/sys/class/virtio-ports/${port}/dev`, "utf8").trim().split(":");
	execFileSync("busybox", ["mknod", "/tmp/port", "c", major, minor]);
	attempt({
		vport: () => openSync("/tmp/port", "r+"),
		"/dev/vda": () => writeSync(openSync("/dev/vda", "r+"), "nothing"),
	});
}
