// diagnosis: guest-fault
// verdict: error
// Says on the console that it was the kernel's own fault: then there is no verdict, and that is all that comes of it.
import { openSync, writeFileSync, writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	const console_ = openSync("/dev/ttyS0", "w");
	writeSync(console_, "Kernel panic - not syncing: Fatal exception in interrupt\n");
	writeFileSync("/proc/sysrq-trigger", "o");
	for (;;);
}
