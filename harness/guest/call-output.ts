import { LineSplitter } from "../protocol/index.ts";

/** How many of the last printed characters are kept, to look for a text in. */
const PRINTED_CHARS = 8_192;

/** What a call has printed: how often its command has said that it waits for a line, and the last characters. */
export class CallOutput {
	readonly #lines: LineSplitter;
	#inputWaits = 0;
	#printed = "";

	/** @param says the end of the line by which the command says that it waits */
	constructor(private readonly says: string) {
		// One character more: a terminal ends each line with CR LF.
		this.#lines = new LineSplitter(says.length + 1);
	}

	/** How many times the command has printed that it waits for a line. */
	get inputWaits(): number {
		return this.#inputWaits;
	}

	/** Takes what the call has printed on its standard output. */
	push(chunk: Buffer): void {
		const text = chunk.toString("latin1");
		const isWait = (line: string) => line.endsWith(this.says) || line.endsWith(`${this.says}\r`);
		this.#inputWaits += this.#lines.push(text).filter(isWait).length;
		this.#printed = (this.#printed + text).slice(-PRINTED_CHARS);
	}

	/** Whether the text is among the last characters that the call has printed. */
	includes(text: string): boolean {
		return this.#printed.includes(text);
	}
}
