import { type InstrumentContext, Patience, untilMachineIdles } from "#guest";

/** How much idle time an engine has for changing its caller's settings. A busy machine is not idle. */
const CHANGE_MS = 600;

/**
 * Compares the settings of a call's terminal with those that the call found; see `settings` of CallStreams.
 * @param awaited the result to wait for. The wait ends early with the call, or when the machine has been idle for
 * {@link CHANGE_MS}
 * @returns undefined if the call has no terminal
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
