// diagnosis: hostname-not-set
// Believed that the engine sets the name, and that this is only about the namespaces.
import { CLONE_NEWIPC, CLONE_NEWUTS, unshare } from "#kernel";

export function isolate(_hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
}
