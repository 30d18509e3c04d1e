// Holds signals back while it forks, waits again after EINTR, and says 126 of a program that cannot be run.
import {
	_exit,
	execve,
	fork,
	SIG_BLOCK,
	SIG_UNBLOCK,
	SIGHUP,
	SIGINT,
	SIGTERM,
	SyscallError,
	sigprocmask,
	WEXITSTATUS,
	WIFEXITED,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

const HELD = [SIGHUP, SIGINT, SIGTERM];

/** As fork, but neither of the two is disturbed before it knows who it is. */
function forkUndisturbed(): number {
	sigprocmask(SIG_BLOCK, HELD);
	try {
		return fork();
	} finally {
		sigprocmask(SIG_UNBLOCK, HELD); // in the parent and in the child
	}
}

function statusOf(child: number): number {
	for (;;) {
		try {
			return waitpid(child, 0).status;
		} catch (error) {
			if (error instanceof SyscallError && error.code === "EINTR") continue;
			throw error;
		}
	}
}

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const child = forkUndisturbed();
	switch (child) {
		case 0: {
			enter();
			try {
				return execve(command[0], command, { ...process.env });
			} catch (error) {
				const missing = !(error instanceof SyscallError) || ["ENOENT", "ENOTDIR"].includes(error.code);
				return _exit(missing ? 127 : 126);
			}
		}
		default: {
			const status = statusOf(child);
			if (WIFEXITED(status)) return WEXITSTATUS(status);
			if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
			throw new Error(`the child has neither exited nor been ended: ${status}`);
		}
	}
}
