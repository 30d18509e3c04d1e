// Signals to every number that a process can have.
// diagnosis: exited-early
import { readdirSync } from "node:fs";
import { kill, SIGSTOP } from "#kernel";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	// A thread of its own has a number, too.
	const own = readdirSync("/proc/self/task").map(Number);
	for (let pid = 2; pid < 32_768; pid++)
		if (pid !== process.pid && !own.includes(pid)) outcome(() => kill(pid, SIGSTOP));
	process.kill(process.ppid, "SIGKILL");
}
