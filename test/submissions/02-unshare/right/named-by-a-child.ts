// Unshares, and lets a short-lived child, which is in the same namespaces, set the name; waits for it.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWIPC | CLONE_NEWUTS);
	inChild("sethostname", () => sethostname(hostname));
}

function inChild(what: string, work: () => void): void {
	const child = fork();
	if (child === 0) {
		try {
			work();
		} catch {
			_exit(1);
		}
		_exit(0);
	}
	const { status } = waitpid(child);
	if (status !== 0) throw new Error(`${what} failed in a child, status ${status}`);
}
