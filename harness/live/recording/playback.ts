import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../base/failure.ts";
import type { DemoListener, DemoPlayer } from "../demo-player.ts";
import { type DemoEvent, type Phase, SHELLS } from "../events.ts";

/** The longest pause between two events; longer pauses of the recording are cut to this. */
const PAUSE_MS_MAX = 700;

/**
 * A recording of a demo, shown step by step without a machine. A recording that was cut off is shown to where it ends.
 */
export class Playback implements DemoPlayer {
	readonly takesKeys = false;
	readonly failed = new Promise<never>(() => {});
	readonly #events: readonly DemoEvent[];
	readonly #listener: DemoListener;
	/** Index of the next event. */
	#nextIndex = 0;
	#step = 1;
	#phase: Phase = "told";
	/** Stops what is being played; aborted while nothing is being played. */
	#playing = new AbortController();
	#lastAction: Promise<unknown> = Promise.resolve();

	private constructor(events: readonly DemoEvent[], listener: DemoListener) {
		this.#events = events;
		this.#listener = listener;
		this.#playing.abort();
	}

	/** Opens a recording, and shows it up to the first step's narration. */
	static async open(events: readonly DemoEvent[], listener: DemoListener): Promise<Playback> {
		const playback = new Playback(events, listener);
		await playback.#goTo(1);
		return playback;
	}

	next(): Promise<void> {
		const isDone = this.#phase === "done";
		// If a step is being played, shows the rest of it at once.
		if (!this.#playing.signal.aborted && !isDone) return this.#stopThen(async () => {});
		this.#playing.abort();
		return this.#play(async () => {
			if (isDone) return this.#sendUntil(this.#step + 1, "told", true);
			await this.#sendUntil(this.#step, "done", this.#phase === "told");
			await this.#sendUntilNextStep();
		});
	}

	back(): Promise<void> {
		return this.#stopThen(() => this.#goTo(this.#phase === "told" ? this.#step - 1 : this.#step));
	}

	jump(step: number): Promise<void> {
		return this.#stopThen(() => this.#goTo(step));
	}

	replay(): Promise<void> {
		this.#playing.abort();
		return this.#play(async () => {
			await this.#goTo(this.#step);
			await this.#sendUntil(this.#step, "done", true);
			await this.#sendUntilNextStep();
		});
	}

	reset(): Promise<void> {
		return this.#stopThen(() => this.#goTo(1));
	}

	/** @throws {Failure} usage: always */
	async type(): Promise<void> {
		throw new Failure("usage", "this is a recording: its shells take no keys");
	}

	async resize(): Promise<void> {}

	async close(): Promise<void> {
		this.#playing.abort();
		await this.#lastAction;
	}

	#play(act: () => Promise<void>): Promise<void> {
		const playing = new AbortController();
		this.#playing = playing;
		return this.#enqueue(() => act().finally(() => playing.abort()));
	}

	#stopThen(act: () => Promise<void>): Promise<void> {
		this.#playing.abort();
		return this.#enqueue(act);
	}

	#enqueue(act: () => Promise<void>): Promise<void> {
		const done = this.#lastAction.then(act);
		this.#lastAction = done.catch(() => {});
		return done;
	}

	async #goTo(step: number): Promise<void> {
		const last = this.#events.reduce((most, event) => (event.type === "step" ? Math.max(most, event.step) : most), 1);
		const target = Math.min(Math.max(1, step), last);
		for (const shell of SHELLS) await this.#listener({ atMs: 0, type: "screen", shell, data: "" });
		this.#nextIndex = 0;
		await this.#sendUntil(target, "told", false);
		// What the shells show is often read only after a step is introduced. Before the first step, nothing else shows it.
		await this.#send(
			false,
			() => false,
			(event) => event.type !== "view",
		);
	}

	// Sends events until the step is in this phase, or until the recording ends: with the recording's pauses, or at once.
	async #sendUntil(step: number, phase: Phase, slowly: boolean): Promise<void> {
		const reached = (event: DemoEvent) => event.type === "step" && event.step === step && event.phase === phase;
		await this.#send(slowly, reached, () => false);
	}

	// Sends the rest of a step's events: what the kernel shows after a step is often read only after the step is done.
	async #sendUntilNextStep(): Promise<void> {
		await this.#send(
			true,
			() => false,
			(event) => event.type === "step",
		);
	}

	/**
	 * Sends the next events.
	 * @param slowly whether to make the recording's pauses
	 * @param isLast whether to stop after an event
	 * @param isAfter whether to stop before an event
	 */
	async #send(
		slowly: boolean,
		isLast: (event: DemoEvent) => boolean,
		isAfter: (event: DemoEvent) => boolean,
	): Promise<void> {
		const { signal } = this.#playing;
		for (let beforeMs: number | null = null; ; ) {
			const event = this.#events[this.#nextIndex];
			if (event === undefined || isAfter(event)) return;
			if (slowly && beforeMs !== null && !signal.aborted)
				await sleep(Math.min(PAUSE_MS_MAX, event.atMs - beforeMs), undefined, { signal }).catch(() => {});
			beforeMs = event.atMs;
			this.#nextIndex += 1;
			await this.#listener(event);
			if (event.type === "step") [this.#step, this.#phase] = [event.step, event.phase];
			if (isLast(event)) return;
		}
	}
}
