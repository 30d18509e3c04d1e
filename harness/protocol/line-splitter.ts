/**
 * Cuts text that arrives in pieces into lines. Only "\n" ends a line: node:readline also ends lines at other
 * characters, which JSON may contain. Keeps only a limited number of characters of an unfinished line.
 */
export class LineSplitter {
	readonly #keptChars: number;
	#rest = "";

	/** @param keptChars how many characters of an unfinished line are kept: the last ones */
	constructor(keptChars: number) {
		this.#keptChars = keptChars;
	}

	/** Takes the next piece. @returns the lines that end in this piece, without "\n" */
	push(piece: string): string[] {
		const lines = (this.#rest + piece).split("\n");
		const rest = lines.pop() ?? "";
		this.#rest = rest.length > this.#keptChars ? rest.slice(rest.length - this.#keptChars) : rest;
		return lines;
	}

	/** How many characters of the unfinished line are kept now. */
	get restChars(): number {
		return this.#rest.length;
	}
}
