// diagnosis: command-runs-twice
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	fork();
}
