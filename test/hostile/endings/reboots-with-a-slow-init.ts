// diagnosis: guest-reset
// The harbour's init may run for a millisecond in a second, and has had it: the exercise has ended long before the harbour has.
// Init may stop while it holds a lock that reboot(2) waits for. The agent restarts the machine then.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { execve } from "#kernel";
import { sh } from "../support.ts";

export function isolate(_hostname: string): void {
	const group = "/sys/fs/cgroup/slow";
	mkdirSync(group);
	writeFileSync(`${group}/cpu.max`, "1000 1000000");
	writeFileSync(`${group}/cgroup.procs`, "1");
	// Each orphan wakes it.
	do sh("for i in 1 2 3 4; do (true &); done");
	while (/^nr_throttled 0$/m.test(readFileSync(`${group}/cpu.stat`, "utf8")));
	execve("/usr/bin/busybox", ["busybox", "reboot", "-f"]);
}
