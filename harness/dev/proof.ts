/** A statement that must be true of a complete lesson, and whether it is. */
export interface Proof {
	what: string;
	holds: boolean;
	/** What is wrong, and how to fix it; only if the statement is not true. */
	fix?: string;
}

/** Makes a proof. It holds if `wrong` is empty. */
export function proof(what: string, wrong: readonly string[]): Proof {
	return wrong.length === 0 ? { what, holds: true } : { what, holds: false, fix: wrong.join("; ") };
}
