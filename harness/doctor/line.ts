/** One fact about this computer. */
export interface Line {
	name: string;
	/** "warn" is slower or less, "bad" is in the way. */
	state: "good" | "warn" | "bad";
	fact: string;
	/** The command, or the step, that mends it. */
	mend?: string;
}
