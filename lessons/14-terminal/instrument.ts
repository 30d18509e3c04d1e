import { type InstrumentContext, Patience, untilMachineIdles } from "#guest";

/** How long an engine may take to change its caller's settings. Only time in which the machine is idle counts. */
const CHANGE_MS = 600;

/**
 * Compares the settings of a call's terminal with those that the call found; see `settings` of CallStreams.
 * @param awaited the result to wait for; without it, does not wait. The wait ends without this result when the call has
 * ended, when the machine has been idle for {@link CHANGE_MS}, or when the instrument's patience ends
 * @returns undefined if the call has no terminal, or was not made
 */
export async function settingsOf(
	{ call, patience }: InstrumentContext,
	name: string,
	awaited?: string,
): Promise<string | undefined> {
	const ongoing = call(name);
	const change = new Patience(CHANGE_MS, patience.leftMs);
	const isAwaited = () => awaited !== undefined && ongoing?.runner.settings() !== awaited;
	while (isAwaited() && ongoing?.hasEnded === false && change.leftMs > 0) await untilMachineIdles();
	return ongoing?.runner.settings() ?? undefined;
}
