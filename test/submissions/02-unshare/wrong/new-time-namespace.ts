// diagnosis: unshared-too-much
// Believed that uts has to do with time.
import { CLONE_NEWIPC, CLONE_NEWTIME, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME);
	sethostname(hostname);
}
