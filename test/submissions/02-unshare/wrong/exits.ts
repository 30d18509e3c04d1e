// diagnosis: command-never-ran
// Believed that a function that has done its work should end its process.
import { _exit, CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	_exit(0);
}
