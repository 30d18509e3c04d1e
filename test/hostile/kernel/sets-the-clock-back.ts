// diagnosis: uts-shared
import { execFileSync } from "node:child_process";

export function isolate(_hostname: string): void {
	execFileSync("date", ["-s", "1999-12-31"]);
}
