// Sends the machine to sleep, with nobody to wake it.
// diagnosis: agent-ended
import { writeFileSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeFileSync("/sys/power/state", "freeze");
}
