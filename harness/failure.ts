/** What went wrong, in the four kinds that must never be mixed, with their exit codes. */
export const EXIT = { passed: 0, notPassed: 1, usage: 2, unsupported: 3, failed: 4, interrupted: 130 } as const;

/**
 * A failure that is not the exercise's: wrong usage, a computer that cannot run it, or drydock's own.
 * The message says what happened; `next` is the command, or the step, that helps.
 */
export class Failure extends Error {
	override readonly name = "Failure";

	constructor(
		readonly kind: "usage" | "unsupported" | "failed",
		message: string,
		readonly next?: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}

	get exitCode(): number {
		return EXIT[this.kind];
	}
}
