// Whoever has the console can say there what the kernel says when it panics.
// diagnosis: guest-panic
import { openSync, writeFileSync, writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	const console_ = openSync("/dev/ttyS0", "w");
	for (let i = 0; i < 8; i++) writeSync(console_, Buffer.alloc(1 << 16, "Kernel panic? No. \n"));
	writeFileSync("/proc/sysrq-trigger", "o");
	for (;;);
}
