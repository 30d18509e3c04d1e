// Three processes; a supervisor in the middle waits for the command, ends as it did, and is waited for itself.
import { _exit, execve, fork, SyscallError, WEXITSTATUS, WIFEXITED, WTERMSIG, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const supervisor = fork();
	if (supervisor !== 0) return shellCode(waitpid(supervisor).status);

	const child = fork();
	if (child === 0) {
		enter();
		become(command);
	}
	for (;;) {
		const { pid, status } = waitpid(-1);
		if (pid === child) _exit(shellCode(status));
	}
}

function become(argv: readonly [string, ...string[]]): never {
	try {
		execve(argv[0], argv);
	} catch (error) {
		if (!(error instanceof SyscallError)) throw error;
		_exit(127);
	}
}

function shellCode(status: number): number {
	if (WIFEXITED(status)) return WEXITSTATUS(status);
	return 128 + WTERMSIG(status);
}
