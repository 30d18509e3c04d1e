// diagnosis: never-ends
import { fork, waitpid } from "#kernel";

export function isolate(_hostname: string): void {
	const pid = fork();
	if (pid === 0) for (;;);
	waitpid(pid);
}
