// diagnosis: missing-export
// Believed that the engine takes the default export.
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export default function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
