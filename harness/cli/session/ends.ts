import type { Client } from "../../vm/machine.ts";

/** Where input comes from and output goes to. */
export interface Ends extends Client {
	/** The terminal's size; null for byte streams. */
	window: { columns: number; rows: number } | null;
	/** Settles with an exit code when nobody is there to go on. */
	left: Promise<number>;
	/** Leaves everything as it was found. */
	close(): void;
}
