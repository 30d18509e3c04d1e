import { setTimeout as sleep } from "node:timers/promises";
import { type DemoEvent, type Phase, SHELLS } from "./events.ts";
import type { Listener, Show } from "./show.ts";

/** The longest pause between two events; longer pauses of the recording are cut to this. */
const PAUSE_MS = 700;

/** A recording of a demo, shown step by step without a machine. Typing into its shells does nothing. */
export class Playback implements Show {
	readonly failed = new Promise<never>(() => {});
	readonly #events: readonly DemoEvent[];
	readonly #tell: Listener;
	/** Index of the next event. */
	#at = 0;
	#step = 1;
	#phase: Phase = "told";
	/** Stops what is being played; already aborted while nothing is. */
	#playing = new AbortController();
	#last: Promise<unknown> = Promise.resolve();

	private constructor(events: readonly DemoEvent[], tell: Listener) {
		this.#events = events;
		this.#tell = tell;
		this.#playing.abort();
	}

	/** Opens a recording, and shows it up to the first step's narration. */
	static async open(events: readonly DemoEvent[], tell: Listener): Promise<Playback> {
		const playback = new Playback(events, tell);
		await playback.#goTo(1);
		return playback;
	}

	next(): Promise<void> {
		// If a step is being played, shows the rest of it at once.
		if (!this.#playing.signal.aborted) return this.#stop(async () => {});
		return this.#play(async () => {
			if (this.#phase === "told") await this.#until(this.#step, "done", true);
			else if (this.#phase === "done") await this.#until(this.#step + 1, "told", true);
			else await this.#until(this.#step, "done", false);
		});
	}

	back(): Promise<void> {
		return this.#stop(() => this.#goTo(this.#phase === "told" ? this.#step - 1 : this.#step));
	}

	jump(step: number): Promise<void> {
		return this.#stop(() => this.#goTo(step));
	}

	replay(): Promise<void> {
		this.#playing.abort();
		return this.#play(async () => {
			await this.#goTo(this.#step);
			await this.#until(this.#step, "done", true);
		});
	}

	reset(): Promise<void> {
		return this.#stop(() => this.#goTo(1));
	}

	async type(): Promise<void> {}

	async resize(): Promise<void> {}

	async close(): Promise<void> {
		this.#playing.abort();
		await this.#last;
	}

	#play(act: () => Promise<void>): Promise<void> {
		const playing = new AbortController();
		this.#playing = playing;
		return this.#do(() => act().finally(() => playing.abort()));
	}

	#stop(act: () => Promise<void>): Promise<void> {
		this.#playing.abort();
		return this.#do(act);
	}

	#do(act: () => Promise<void>): Promise<void> {
		const done = this.#last.then(act);
		this.#last = done.catch(() => {});
		return done;
	}

	async #goTo(step: number): Promise<void> {
		const last = this.#events.reduce((most, event) => (event.type === "step" ? Math.max(most, event.step) : most), 1);
		const target = Math.min(Math.max(1, step), last);
		for (const shell of SHELLS) await this.#tell({ atMs: 0, type: "screen", shell, data: "" });
		this.#at = 0;
		await this.#until(target, "told", false);
	}

	// Sends events until the step is in this phase: with the recording's pauses, or at once. Sends nothing if the rest
	// of the recording does not have that phase.
	async #until(step: number, phase: Phase, slowly: boolean): Promise<void> {
		const reached = (event: DemoEvent) => event.type === "step" && event.step === step && event.phase === phase;
		if (!this.#events.slice(this.#at).some(reached)) return;
		const { signal } = this.#playing;
		for (let beforeMs: number | null = null; ; ) {
			const event = this.#events[this.#at];
			if (event === undefined) return;
			if (slowly && beforeMs !== null && !signal.aborted)
				await sleep(Math.min(PAUSE_MS, event.atMs - beforeMs), undefined, { signal }).catch(() => {});
			beforeMs = event.atMs;
			this.#at += 1;
			await this.#tell(event);
			if (event.type === "step") [this.#step, this.#phase] = [event.step, event.phase];
			if (reached(event)) return;
		}
	}
}
