import type { DemoEvent, ShellName, Size } from "./events.ts";

/** Something that can be shown step by step: a demo in a machine, or a recording of one. */
export interface DemoPlayer {
	/**
	 * Plays the step that was just introduced; otherwise introduces the next one. While a command runs, a demo in a
	 * machine goes on without waiting for the command's end; a recording shows the rest of the step at once.
	 */
	next(): Promise<void>;
	/** Goes back to the beginning of the step; from there, to the beginning of the step before. */
	back(): Promise<void>;
	/**
	 * Goes to the beginning of this step. If a machine has not kept that moment, it goes back to the last kept moment
	 * before it, and plays the steps in between.
	 */
	jump(step: number): Promise<void>;
	/** Plays the step again. */
	replay(): Promise<void>;
	/** Goes back to the beginning of the demo. */
	reset(): Promise<void>;
	/** Whether somebody can type into its shells. Nobody can type into the shells of a recording. */
	readonly takesKeys: boolean;
	/** Types into a shell. */
	type(shell: ShellName, text: string): Promise<void>;
	resize(shell: ShellName, size: Size): Promise<void>;
	/** Rejects when the demo cannot go on. */
	readonly failed: Promise<never>;
	/** Ends the demo and everything that it has started. */
	close(): Promise<void>;
}

/** Receives every event of a demo. Settles when there is room for more. */
export type DemoListener = (event: DemoEvent) => void | Promise<void>;
