// Signals to every number that a process of this machine has.
// diagnosis: exited-early
import { readdirSync } from "node:fs";
import { outcome } from "../support.ts";

export function isolate(_hostname: string): void {
	// Threads have numbers, too: its own, and its engine's.
	const own = [...readdirSync("/proc/self/task"), ...readdirSync(`/proc/${process.pid}/task`)].map(Number);
	for (let pid = 2; pid < 4_096; pid++) if (!own.includes(pid)) outcome(() => process.kill(pid, "SIGSTOP"));
	process.kill(process.ppid, "SIGKILL");
}
