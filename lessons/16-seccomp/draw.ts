/** Draws with a seed, so that the check knows later what it has asked. */
export class Draw {
	#state: number;

	/** @param seed 32 bits */
	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	/** A number from 0 to 2^32 - 1. */
	bits(): number {
		// The generator mulberry32.
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	}

	/** A number below `limit`. */
	below(limit: number): number {
		return Math.floor((this.bits() / 2 ** 32) * limit);
	}

	/** The same items in another order. */
	shuffled<T>(items: readonly T[]): T[] {
		const order = items.map((item) => ({ item, key: this.bits() }));
		return order.toSorted((one, other) => one.key - other.key).map(({ item }) => item);
	}

	/** 64 bits. Neither half is near 0 or near its largest value, so that both halves matter. */
	wide(): bigint {
		const half = () => BigInt(16 + this.below(2 ** 32 - 32));
		return (half() << 32n) | half();
	}
}
