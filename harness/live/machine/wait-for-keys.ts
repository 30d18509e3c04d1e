import { setTimeout as sleep } from "node:timers/promises";
import type { KernelState } from "../events.ts";

/** How long a command must have waited for keys before it counts as waiting. */
const WAITING_MS = 600;

/**
 * Settles when the command that was started last has waited for keys for a while. Rejects when `signal` is aborted.
 * @param processOf returns what the kernel shows of the process that gets what is typed into the shell
 * @param shell pid of the shell, whose own waiting does not count: its prompt shows that it waits. Undefined if every
 * process counts
 */
export async function untilWaitingForKeys(
	processOf: () => KernelState["shells"][string],
	shell: number | undefined,
	signal: AbortSignal,
): Promise<void> {
	for (let since: number | null = null; ; ) {
		await sleep(WAITING_MS / 4, undefined, { signal });
		const now = processOf();
		if (now?.listens !== true || now.pid === shell) since = null;
		else since ??= performance.now();
		if (since !== null && performance.now() - since > WAITING_MS) return;
	}
}
