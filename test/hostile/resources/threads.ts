// Sleepers without end, each of them cheap, who do not die with their parent.
// Whether memory, the table of processes or the time ends first depends on the computer.
// diagnosis: refused-call exception hangs-in-call never-ends command-processes processes-left silent disturbed out-of-memory
// verdict: fail error
import { execve, fork } from "#kernel";

export function isolate(_hostname: string): void {
	for (;;) if (fork() === 0) execve("/usr/bin/busybox", ["setsid", "sleep", "100000"]);
}
