// Mounts a made-up /proc over the real one, in which every namespace is what it should be.
// diagnosis: uts-shared
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mount } from "#kernel";

export function isolate(hostname: string): void {
	const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
	mount("proc", "/proc", "tmpfs", 0, null);
	for (const pid of new Set([...pids, "self", String(process.pid)])) {
		mkdirSync(`/proc/${pid}/ns`, { recursive: true });
		symlinkSync("uts:[4026532000]", `/proc/${pid}/ns/uts`);
		symlinkSync("ipc:[4026532001]", `/proc/${pid}/ns/ipc`);
	}
	mkdirSync("/proc/sys/kernel", { recursive: true });
	writeFileSync("/proc/sys/kernel/hostname", hostname);
}
