import type { Client } from "../../vm/machine.ts";

/** Where input comes from and output goes to. */
export interface SessionStreams extends Client {
	/** The terminal's size; null for byte streams. */
	window: { columns: number; rows: number } | null;
	/** Settles with an exit code when the user has left or the output was closed: the session then ends. */
	endedByUser: Promise<number>;
	/** Closes the input, and restores a terminal's settings. */
	close(): void;
}
