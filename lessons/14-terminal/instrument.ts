import type { InstrumentContext } from "#guest";

/** Compares the settings of a call's terminal with those that the call found; see CallStreams. */
export function settingsOf({ call }: InstrumentContext, name: string): string | undefined {
	return call(name)?.runner.settings() ?? undefined;
}
