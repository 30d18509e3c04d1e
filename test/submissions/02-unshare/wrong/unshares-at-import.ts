// diagnosis: engine-left-host
// Believed that a namespace is for the engine to make, once.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

unshare(CLONE_NEWUTS | CLONE_NEWIPC);

export function isolate(hostname: string): void {
	sethostname(hostname);
}
