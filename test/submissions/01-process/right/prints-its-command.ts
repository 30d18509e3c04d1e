// Prints the command, as shells do with -x: in one line, and then word by word.
import { _exit, execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		console.log("+", command.join(" "));
		for (const word of command) console.log(word);
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
