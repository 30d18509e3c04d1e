import { cpus } from "node:os";

/** Limits how many pieces of work run at the same time. The others wait, and start in the order in which they came. */
export class ConcurrencyLimit {
	readonly #waiting: (() => void)[] = [];
	#free: number;
	#extra = 0;

	constructor(atOnce: number) {
		this.#free = atOnce;
	}

	async run<T>(work: () => Promise<T>): Promise<T> {
		if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		else this.#free -= 1;
		try {
			return await work();
		} finally {
			if (this.#extra > 0) this.#extra -= 1;
			else this.#startNext();
		}
	}

	/**
	 * Starts one piece of waiting work beyond the limit, unless `atMost` pieces run beyond it already. When the next
	 * piece of work ends, no waiting work starts in its place.
	 */
	startExtra(atMost: number): void {
		if (this.#extra >= atMost || this.#waiting.length === 0) return;
		this.#extra += 1;
		this.#startNext();
	}

	#startNext(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free += 1;
		else next();
	}
}

/**
 * Does the same work for each item, `atOnce` items at a time: by default, as many as there are processors.
 * @returns immediately, a promise for each item, in the order of the items
 */
export function concurrently<T, R>(
	items: readonly T[],
	work: (item: T) => Promise<R>,
	atOnce: number = cpus().length,
): Promise<R>[] {
	const limit = new ConcurrencyLimit(atOnce);
	return items.map((item) => {
		const done = limit.run(() => work(item));
		// A caller that awaits the promises one by one stops at the first failure. The next failure must not count as
		// unhandled.
		done.catch(() => {});
		return done;
	});
}
