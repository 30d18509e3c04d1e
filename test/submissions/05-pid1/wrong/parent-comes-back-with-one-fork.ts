// diagnosis: command-runs-twice
// Believed that the process outside is done once pid 1 runs; and there is no second fork yet.
import { CLONE_NEWPID, fork, MS_NODEV, MS_NOEXEC, MS_NOSUID, mount, unshare, waitpid } from "#kernel";

export function enterPidNamespace(): void {
	unshare(CLONE_NEWPID);
	const init = fork();
	if (init !== 0) {
		waitpid(init);
		return;
	}
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
}
