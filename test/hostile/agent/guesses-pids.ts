// Signals to every number that a process can have.
// diagnosis: exited-early
import { readlinkSync } from "node:fs";
import { kill, SIGSTOP } from "#kernel";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	const own = Number(readlinkSync("/proc/self"));
	for (let pid = 2; pid < 32_768; pid++) if (pid !== process.pid && pid !== own) outcome(() => kill(pid, SIGSTOP));
	process.kill(process.ppid, "SIGKILL");
}
