// The parent unshares, and its child inherits the namespaces and becomes the command; the parent polls for its end.
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	sethostname,
	unshare,
	WEXITSTATUS,
	WIFEXITED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	const child = fork();
	if (child === 0) sethostname(hostname);
	while (child !== 0) {
		const { pid, status } = waitpid(child, WNOHANG);
		if (pid === child) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
	}
}
