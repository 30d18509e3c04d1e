// The command dies with its engine: PR_SET_PDEATHSIG. And 126 is told from 127.
import {
	_exit,
	execve,
	fork,
	PR_SET_PDEATHSIG,
	prctl,
	SIGKILL,
	WEXITSTATUS,
	WIFEXITED,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function runCommand([program, ...args]: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid !== 0) {
		const { status } = waitpid(pid);
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
	enter();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	try {
		execve(program, [program, ...args], process.env);
	} catch (error) {
		_exit((error as { code?: string }).code === "EACCES" ? 126 : 127);
	}
}
