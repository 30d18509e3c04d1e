// diagnosis: uts-shared
// Believed that the engine waits for a promise.
export async function isolate(hostname: string): Promise<void> {
	const { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } = await import("#kernel");
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
}
