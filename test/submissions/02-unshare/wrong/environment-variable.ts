// diagnosis: uts-shared
// Believed that a program takes its hostname from the environment, as some shells do.
import { CLONE_NEWIPC, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWIPC);
	process.env["HOSTNAME"] = hostname;
}
