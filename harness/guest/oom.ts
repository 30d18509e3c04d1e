import { writeFileSync } from "node:fs";
import { AGENT_PROC } from "../readings/guest/paths.ts";

/** Keeps the kernel from killing this process when memory runs out. @see proc_pid_oom_score_adj(5) */
export function protectFromOom(): void {
	setOomScore(-1000);
}

/**
 * Calls `start`, which starts a process. The new process does not inherit the agent's protection, so the kernel may
 * kill it when memory runs out.
 */
export function withoutOomProtection<T>(start: () => T): T {
	setOomScore(0);
	try {
		return start();
	} finally {
		setOomScore(-1000);
	}
}

function setOomScore(score: number): void {
	writeFileSync(`${AGENT_PROC}/self/oom_score_adj`, String(score));
}
