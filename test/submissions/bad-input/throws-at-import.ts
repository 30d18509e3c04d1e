// diagnosis: exception
// thrown at: 5
import { readFileSync } from "node:fs";

const settings = readFileSync("/etc/isolate.conf", "utf8");

export function isolate(_hostname: string): void {
	console.log(settings);
}
