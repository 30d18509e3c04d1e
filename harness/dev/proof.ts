/** A statement that must be true of a complete lesson, and whether it is. */
export interface Proof {
	what: string;
	holds: boolean;
	/** What is wrong, and how to mend it; only if the statement is not true. */
	mend?: string;
}

/** Makes a proof. It holds if `wrong` is empty. */
export function proof(what: string, wrong: readonly string[]): Proof {
	return wrong.length === 0 ? { what, holds: true } : { what, holds: false, mend: wrong.join("; ") };
}
