// The name by a program: a child is in its parent's namespaces, so hostname(1) renames the new one.
import { execFileSync } from "node:child_process";
import { CLONE_NEWIPC, CLONE_NEWUTS, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	execFileSync("hostname", [hostname]);
}
