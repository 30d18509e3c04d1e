// Asks for a cgroup namespace as well, as Docker does; breaks "Ask for no other namespace.".
// diagnosis: unshared-too-much
import { CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP);
	sethostname(hostname);
}
