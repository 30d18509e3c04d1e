/** Something that must be so of a lesson that is whole. */
export interface Proof {
	what: string;
	holds: boolean;
	/** What is not so, and what to do; only of what does not hold. */
	mend?: string;
}

/** A proof that holds when nothing was found to be wrong. */
export function proof(what: string, wrong: readonly string[]): Proof {
	return wrong.length === 0 ? { what, holds: true } : { what, holds: false, mend: wrong.join("; ") };
}
