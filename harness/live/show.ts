import type { DemoEvent, ShellName, Size } from "./events.ts";

/** Something that can be shown step by step: a demo in a machine, or a recording of one. */
export interface Show {
	/** Has a step that was told played, or the next one told. While it is played: goes on without waiting for its end. */
	next(): Promise<void>;
	/** To where the step begins; from there, to where the one before begins. */
	back(): Promise<void>;
	/** To where this step begins; those before it are played if they were not. */
	jump(step: number): Promise<void>;
	/** Plays the step again. */
	replay(): Promise<void>;
	/** To where all begins. */
	reset(): Promise<void>;
	/** Types into a shell. */
	type(shell: ShellName, text: string): Promise<void>;
	resize(shell: ShellName, size: Size): Promise<void>;
	/** Rejects when it cannot go on. */
	readonly failed: Promise<never>;
	/** Ends it, and leaves nothing behind. */
	close(): Promise<void>;
}

/** Is told of all that happens. Settles when there is room for more. */
export type Listener = (event: DemoEvent) => void | Promise<void>;
