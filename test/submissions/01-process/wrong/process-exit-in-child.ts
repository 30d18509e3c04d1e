// diagnosis: child-crashed-at-exit
// Believed that process.exit ends a forked child, as it ends any program.
import { execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch (error) {
			console.error(`cannot run ${command[0]}:`, (error as Error).message);
			process.exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
