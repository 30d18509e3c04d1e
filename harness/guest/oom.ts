import { writeFileSync } from "node:fs";
import { OWN_PROC } from "../readings/guest/paths.ts";

/** Keeps the kernel from killing this process when memory runs out. @see proc_pid_oom_score_adj(5) */
export function protectFromOom(): void {
	adjust(-1000);
}

/**
 * Calls `start`, which starts a process. The new process does not inherit the agent's protection, so the kernel may
 * kill it when memory runs out.
 */
export function exposed<T>(start: () => T): T {
	adjust(0);
	try {
		return start();
	} finally {
		adjust(-1000);
	}
}

function adjust(score: number): void {
	writeFileSync(`${OWN_PROC}/self/oom_score_adj`, String(score));
}
