// Two calls, the other way round.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWIPC);
	unshare(CLONE_NEWUTS);
	sethostname(hostname);
}
