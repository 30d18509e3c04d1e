// Reports that the engine has returned, while the command still waits to be looked at.
// diagnosis: command-never-ran
import { writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeSync(4, '{"ending":{"how":"returned","value":0}}\n');
	for (;;);
}
