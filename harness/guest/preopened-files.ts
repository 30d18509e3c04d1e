import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import type { Step } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";

/**
 * Files of the harbour that steps will write to. The agent opens them before the exercise begins. So it writes to these
 * files and to no others, whatever the exercise does to their paths.
 */
export class PreopenedFiles {
	readonly #fds = new Map<string, number>();

	constructor(steps: readonly Step[]) {
		const paths = steps.flatMap((step) => (step.do === "look" ? Object.keys(step.writes ?? {}) : []));
		for (const path of new Set(paths)) this.#fds.set(path, openSync(`${HARBOUR_ROOT}${path}`, "r+"));
	}

	/** Replaces the text of each file, in place. */
	write(texts: Readonly<Record<string, string>>): void {
		for (const [path, text] of Object.entries(texts)) {
			const fd = this.#fds.get(path) as number;
			ftruncateSync(fd, 0);
			writeSync(fd, text, 0);
		}
	}

	close(): void {
		for (const fd of this.#fds.values()) closeSync(fd);
	}
}
