// diagnosis: guest-reset
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/proc/sysrq-trigger", "b");
	for (;;);
}
