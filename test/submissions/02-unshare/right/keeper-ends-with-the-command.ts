// A keeper holds the namespaces while the command runs, and is ended and waited for by the process that hands the code up.
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	kill,
	SIGKILL,
	sethostname,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	const keeper = fork();
	if (keeper === 0) for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_600_000);
	const command = fork();
	if (command === 0) return;
	const { status } = waitpid(command);
	kill(keeper, SIGKILL);
	waitpid(keeper);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
