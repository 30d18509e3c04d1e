// diagnosis: refusal-swallowed
// Believed that an exception of unshare is a warning that may be passed over.
import { CLONE_NEWIPC, CLONE_NEWUTS, SIGCHLD, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	try {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD);
	} catch {
		// Works on the learner's own machine.
	}
	sethostname(hostname);
}
