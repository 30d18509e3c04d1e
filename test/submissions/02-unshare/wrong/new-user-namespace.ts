// diagnosis: unshared-too-much
// Believed that every namespace needs a user namespace around it, as unshare(1) without root does.
import { CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER);
	sethostname(hostname);
}
