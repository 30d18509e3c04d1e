// Catches what the kernel refuses, looks at it, and goes on: the last call is the one that counts.
import { CLONE_NEWIPC, CLONE_NEWUTS, SIGCHLD, SyscallError, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	try {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD);
	} catch (error) {
		if (!(error instanceof SyscallError && error.code === "EINVAL")) throw error;
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	}
	sethostname(hostname);
}
