import { cpus } from "node:os";

/** Lets only so many do something at a time; the others wait for their turn, in their order. */
export class Turns {
	readonly #waiting: (() => void)[] = [];
	#free: number;
	#lent = 0;

	constructor(atOnce: number) {
		this.#free = atOnce;
	}

	async take<T>(work: () => Promise<T>): Promise<T> {
		if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		else this.#free -= 1;
		try {
			return await work();
		} finally {
			if (this.#lent > 0) this.#lent -= 1;
			else this.#pass();
		}
	}

	/** Lets one that waits begin although none is done, unless so many have already; whoever is done next makes up for it. */
	lend(atMost: number): void {
		if (this.#lent >= atMost || this.#waiting.length === 0) return;
		this.#lent += 1;
		this.#pass();
	}

	#pass(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free += 1;
		else next();
	}
}

/**
 * Does the same work for each item, so many at a time; as many as there are processors, if not told.
 * @returns at once: a promise for each item, in their order
 */
export function sideBySide<T, R>(
	items: readonly T[],
	work: (item: T) => Promise<R>,
	atOnce: number = cpus().length,
): Promise<R>[] {
	const turns = new Turns(atOnce);
	return items.map((item) => {
		const done = turns.take(() => work(item));
		// Who awaits them one after the other may never come to the second that fails.
		done.catch(() => {});
		return done;
	});
}
