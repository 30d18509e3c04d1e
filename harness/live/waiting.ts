import { setTimeout as sleep } from "node:timers/promises";
import type { Answers } from "./events.ts";

/** How long a command waits for something to be typed before it is believed that it does. */
const WAITING_MS = 600;

/**
 * Settles when a command that has been started waits itself for something to be typed, and has done so for a while.
 * @param seen what the kernel shows of the process that whoever types talks to
 * @param shell the pid of the shell, whose prompt tells
 */
export async function waitsForKeys(
	seen: () => Answers["shells"][string],
	shell: number | undefined,
	signal: AbortSignal,
): Promise<void> {
	for (let since: number | null = null; ; ) {
		await sleep(WAITING_MS / 4, undefined, { signal });
		const now = seen();
		if (now?.listens !== true || now.pid === shell) since = null;
		else since ??= performance.now();
		if (since !== null && performance.now() - since > WAITING_MS) return;
	}
}
