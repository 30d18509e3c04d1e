// diagnosis: refusal-swallowed
// Believed that a container without its own name is better than none, and caught whatever comes.
import { CLONE_NEWIPC, CLONE_NEWUTS, SIGCHLD, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	try {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD);
		sethostname(hostname);
	} catch (error) {
		console.error("could not isolate:", error);
	}
}
