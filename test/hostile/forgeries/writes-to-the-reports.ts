// diagnosis: uts-shared
import { writeSync } from "node:fs";

export function isolate(_hostname: string): void {
	writeSync(4, 'this is no JSON\n{"ending":7}\nnull\n{"ending":{"how":"passed"}}\n');
}
