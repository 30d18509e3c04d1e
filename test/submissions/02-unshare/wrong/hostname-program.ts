// diagnosis: host-renamed
// Believed that hostname(1), being a process of its own, cannot change anyone else's name.
import { execFileSync } from "node:child_process";

export function isolate(hostname: string): void {
	execFileSync("hostname", [hostname]);
}
