// It is the parent that gets the new IPC namespace, after the fork, not the command; breaks "In the same call, ask for
// a new IPC namespace" ("What that process is in, the command will be in.").
// diagnosis: ipc-shared
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	sethostname,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS);
	sethostname(hostname);
	const command = fork();
	if (command !== 0) {
		unshare(CLONE_NEWIPC); // the children will have it
		const { status } = waitpid(command);
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
}
