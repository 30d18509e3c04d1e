// Takes all memory, and forbids the kernel to choose it.
// Whom the kernel kills before nobody is left, and whether it then panics, is for the kernel to decide.
// diagnosis: guest-panic out-of-memory killed-before-command never-ends silent exited-early
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/proc/self/oom_score_adj", "-1000");
	const kept: Buffer[] = [];
	for (;;) kept.push(Buffer.alloc(8 << 20, 1));
}
