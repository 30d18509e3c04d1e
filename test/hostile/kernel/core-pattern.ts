// A program that the kernel starts when another one crashes: outside, but without a right to anything.
// diagnosis: uts-shared
// verdict: fail

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/proc/sys/kernel/core_pattern", "|/usr/bin/busybox sh /own/%P/root/tmp/outside.sh");
	writeFileSync(
		"/tmp/outside.sh",
		"for p in /own/[0-9]*; do umount -l $p; nsenter --mount=$p/ns/mnt true; done\nmount -t tmpfs x /proc\n",
	);
	spawnSync("sh", ["-c", "ulimit -c unlimited; kill -SEGV $$"]);
}
