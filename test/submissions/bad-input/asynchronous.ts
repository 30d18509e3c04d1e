// diagnosis: uts-shared
// advice: await
import { readFile } from "node:fs/promises";
import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";

export async function isolate(hostname: string): Promise<void> {
	await readFile("/etc/hosts");
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
