// diagnosis: wrong-hostname
// Believed that any name will do, as long as it is not the host's.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(_hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname("web-1");
}
