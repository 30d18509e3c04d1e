// diagnosis: ipc-shared
// Believed that || combines flags; it gives the first one.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	const flags = CLONE_NEWUTS || CLONE_NEWIPC;
	unshare(flags);
	sethostname(hostname);
}
