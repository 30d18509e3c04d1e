// Memory that no process has: bytes in pipes that nobody reads.
// diagnosis: exception out-of-memory killed-before-command exited-early

import { execFileSync } from "node:child_process";
import { openSync, writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	execFileSync("/usr/bin/busybox", ["sh", "-c", "for n in $(seq 2000); do busybox mkfifo /tmp/pipe-$n; done"]);
	for (let n = 1; n <= 2000; n++) writeSync(openSync(`/tmp/pipe-${n}`, "r+"), Buffer.alloc(1 << 16));
	throw new Error("2000 pipes are full");
}
