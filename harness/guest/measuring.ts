import type { OngoingCall } from "./ongoing-call.ts";
import type { Patience } from "./patience.ts";

/** What an instrument is given beside its own arguments. */
export interface Measuring {
	/** An ongoing call by its name; undefined when it was not made. */
	call(name: string): OngoingCall | undefined;
	/** What ran in the harbour before the first call. */
	tasksBefore: readonly { pid: number }[];
	/** How long it may wait for something that may never come. */
	patience: Patience;
}

/** @returns what was measured, as JSON can say it; undefined when it could not be measured */
export type Instrument = (measuring: Measuring, ...args: never[]) => unknown;
