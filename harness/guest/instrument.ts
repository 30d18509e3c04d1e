import type { OngoingCall } from "./ongoing-call.ts";
import type { Patience } from "./patience.ts";

/** What an instrument is given in addition to its own arguments. */
export interface InstrumentContext {
	/** Returns a call by its name; undefined if it was not made. */
	call(name: string): OngoingCall | undefined;
	/** The processes that ran in the harbour before the first call. */
	tasksBefore: readonly { pid: number }[];
	/** How long the instrument may wait for something that may never come. */
	patience: Patience;
}

/** @returns what was measured, as a value that JSON can represent; undefined if it could not be measured */
export type Instrument = (context: InstrumentContext, ...args: never[]) => unknown;
