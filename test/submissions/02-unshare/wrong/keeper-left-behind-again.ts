// Forks a keeper that holds the namespaces open, and nobody ever ends it; breaks "Nothing may be left when the command
// has ended.".
// diagnosis: processes-left
import {
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	SIG_BLOCK,
	SIGUSR1,
	sethostname,
	sigprocmask,
	sigwaitinfo,
	unshare,
} from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	// A namespace ends with its last process: this one keeps both, for whoever wants to look into them later.
	if (fork() === 0) {
		sigprocmask(SIG_BLOCK, [SIGUSR1]);
		for (;;) sigwaitinfo([SIGUSR1]);
	}
}
