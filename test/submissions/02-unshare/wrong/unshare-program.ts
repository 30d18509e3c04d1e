// diagnosis: uts-shared
// Believed that a started unshare(1) changes the process that starts it.
import { execFileSync } from "node:child_process";

export function isolate(hostname: string): void {
	execFileSync("unshare", ["--uts", "--ipc", "hostname", hostname]);
}
