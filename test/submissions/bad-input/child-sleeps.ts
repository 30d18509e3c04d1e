// diagnosis: hangs-in-call
import { execve, fork, waitpid } from "#kernel";

export function isolate(_hostname: string): void {
	const pid = fork();
	if (pid === 0) execve("/bin/sleep", ["sleep", "1000000"]);
	waitpid(pid);
}
