// diagnosis: wrong-hostname
// Believed that the kernel compares hostnames as DNS does, without regard to case.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname.toUpperCase());
}
