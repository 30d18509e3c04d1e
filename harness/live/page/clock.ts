/**
 * How long the presenter has been presenting, from the first step that was played. The browser keeps the beginning as
 * long as the tab is open.
 */
export class Clock {
	readonly #key: string;
	#beganAt: number | null = null;

	constructor(lesson: string) {
		this.#key = `drydock-began-${lesson}-${location.pathname}`;
		try {
			const kept = Number(sessionStorage.getItem(this.#key) ?? Number.NaN);
			if (Number.isFinite(kept)) this.#beganAt = kept;
		} catch {
			// There is no storage.
		}
	}

	/** Begins to count, unless it counts already. */
	start(): void {
		this.#beganAt ??= Date.now();
		try {
			sessionStorage.setItem(this.#key, String(this.#beganAt));
		} catch {
			// There is no storage.
		}
	}

	/** Minutes and seconds since the beginning. */
	get text(): string {
		const seconds = this.#beganAt === null ? 0 : Math.max(0, Math.floor((Date.now() - this.#beganAt) / 1_000));
		return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
	}
}
