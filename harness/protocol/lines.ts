/**
 * Cuts text that comes in pieces into lines. Unlike node:readline, it ends a line at "\n" only: JSON may hold the other
 * characters that readline takes for ends of lines. What it keeps of a line without an end is bounded.
 */
export class Lines {
	readonly #keptChars: number;
	#rest = "";

	/** @param keptChars of a line that has no end yet, so many of its last characters are kept */
	constructor(keptChars: number) {
		this.#keptChars = keptChars;
	}

	/** Takes the next piece. @returns the lines that end in it, without their ends */
	take(piece: string): string[] {
		const lines = (this.#rest + piece).split("\n");
		const rest = lines.pop() ?? "";
		this.#rest = rest.length > this.#keptChars ? rest.slice(rest.length - this.#keptChars) : rest;
		return lines;
	}

	/** How many characters of the line that has no end yet are kept. */
	get restChars(): number {
		return this.#rest.length;
	}
}
