// diagnosis: processes-left
// Believed that a namespace goes away unless a process is kept in it.
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	if (fork() === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
