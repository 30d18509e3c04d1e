// diagnosis: unshared-too-much
// Believed that a name is a name on the network, so the network belongs to it.
import { CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET);
	sethostname(hostname);
}
