// A program that names itself, as engines do so that ps explains them, is the same program.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

process.title = "box";

export function isolate(hostname: string): void {
	process.title = "box: isolating";
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
