/** How many characters of a terminal's output are kept with their times, to look back on. */
const CHARS_MAX = 256 << 10;

/** What a shell's terminal has shown, with times. */
export class ShellLog {
	/** What the terminal showed before the oldest piece, without times. */
	#base = "";
	#pieces: { atMs: number; data: string }[] = [];
	#chars = 0;

	/** Forgets everything: the terminal was cleared, and then showed this. */
	restart(data: string): void {
		[this.#base, this.#pieces, this.#chars] = [data, [], 0];
	}

	add(atMs: number, data: string): void {
		this.#pieces.push({ atMs, data });
		this.#chars += data.length;
		while (this.#chars > CHARS_MAX) {
			const oldest = this.#pieces.shift();
			if (oldest === undefined) return;
			this.#chars -= oldest.data.length;
			this.#base = (this.#base + oldest.data).slice(-CHARS_MAX);
		}
	}

	/** What the terminal had shown at a moment. @param atMs the moment; null for now */
	at(atMs: number | null): string {
		const shown = this.#pieces.filter((piece) => atMs === null || piece.atMs <= atMs);
		return this.#base + shown.map(({ data }) => data).join("");
	}
}
