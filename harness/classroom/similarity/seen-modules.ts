import { hashOf } from "../../base/cache.ts";
import type { Result, Sketch } from "../results/result.ts";
import { fingerprintsOf, packed } from "./fingerprints.ts";

/** The modules of one lesson that were found, by their submissions' names. Only their sketches are kept. */
export class SeenModules {
	readonly #skeleton: string;
	/**
	 * Hashes of the fingerprints of the lesson's own texts: two modules may both have these although neither is a copy.
	 */
	readonly #given: ReadonlySet<number>;
	readonly #sketches = new Map<string, Sketch | "skeleton">();

	/**
	 * @param skeleton text of the lesson's skeleton
	 * @param reference text of its reference solution
	 */
	constructor(skeleton: string, reference: string) {
		this.#skeleton = skeleton;
		this.#given = new Set([skeleton, reference].flatMap(fingerprintsOf).map(({ hash }) => hash));
	}

	/** @param text with Unix line ends */
	add(name: string, text: string): void {
		const prints = fingerprintsOf(text).filter(({ hash }) => !this.#given.has(hash));
		const sketch = { digest: hashOf(text), prints: packed(prints) };
		this.#sketches.set(name, text === this.#skeleton ? "skeleton" : sketch);
	}

	/**
	 * The submission's result, with what is known of its module. Unchanged skeletons do not count as copies of each
	 * other.
	 */
	describe(name: string, result: Result): Result {
		const sketch = this.#sketches.get(name) ?? null;
		if (sketch !== "skeleton") return { ...result, sketch };
		return { ...result, note: [result.note, "the skeleton, unchanged"].filter(Boolean).join("; ") };
	}
}
