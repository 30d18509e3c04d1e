// Asks the kernel for leave to be asked before anybody, the agent too, opens a file of the machine, and never answers.
// diagnosis: never-ends
import { spawn } from "node:child_process";
import { syscall, text } from "../support.ts";

export function isolate(_hostname: string): void {
	const FAN_CLASS_CONTENT = 4;
	const group = syscall(300, FAN_CLASS_CONTENT, 0);
	const FAN_MARK_ADD_FILESYSTEM = 0x101;
	const FAN_OPEN_PERM = 0x10000;
	for (const place of ["/proc", "/sys/fs/cgroup", "/usr", "/dev"])
		syscall(301, group, FAN_MARK_ADD_FILESYSTEM, FAN_OPEN_PERM, -100, text(place));
	spawn("sleep", ["1000"]);
}
