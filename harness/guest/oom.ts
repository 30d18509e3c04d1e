import { writeFileSync } from "node:fs";
import { OWN_PROC } from "../readings/guest/paths.ts";

/** Keeps the kernel from choosing this process when memory runs out. @see proc_pid_oom_score_adj(5) */
export function protectFromOom(): void {
	adjust(-1000);
}

/** Starts something that goes first when memory runs out; it would inherit the agent's own protection otherwise. */
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
