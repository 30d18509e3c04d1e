// diagnosis: host-renamed
// Believed that a hostname is a matter between processes, and so belongs to IPC.
import { CLONE_NEWIPC, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWIPC);
	sethostname(hostname);
}
