// diagnosis: ipc-shared
// Believed that nothing needs an IPC namespace, as the hostname already looks right.
import { CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS);
	sethostname(hostname);
}
