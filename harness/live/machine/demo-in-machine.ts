import { Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import type { Demo as Script } from "../../judge/demo.ts";
import { LostError } from "../../vm/frame-receiver.ts";
import type { RewindableMachine, StageListener } from "../../vm/rewindable-machine.ts";
import type { DemoListener, DemoPlayer } from "../demo-player.ts";
import {
	type DemoEvent,
	type KernelState,
	type Phase,
	SHELLS,
	type ShellName,
	type Size,
	type UntimedEvent,
} from "../events.ts";
import { DemoShell, STOPPED } from "./demo-shell.ts";
import { headerOf, type LoadedDemo, type OpenMachine, stageRequestOf } from "./loaded-demo.ts";
import { RewindPoints } from "./rewind-points.ts";

/**
 * `next` does nothing within this time after it has left a command running, or has begun to play a step whose command
 * still runs: somebody has pressed the key twice.
 */
const AGAIN_MS = 1_000;
const SHELL_ENDED = "\r\n\x1b[2mthe shell has ended; here is a new one:\x1b[22m\r\n";

/**
 * A lesson's demo, played in a machine. The terminal, the page, recordings and rehearsals all use this class.
 *
 * It carries out next, back, jump, replay and reset one after the other; type and resize act at once. Back, jump,
 * replay and reset first stop a step that is being played. All events go to the listener.
 *
 * A command that was left running goes on, and its step's promises are tested when it is over. Until then, no other
 * step's command is typed.
 */
export class DemoInMachine implements DemoPlayer {
	readonly #loaded: LoadedDemo;
	readonly #listener: DemoListener;
	readonly #startedMs = performance.now();
	readonly #shells: Record<ShellName, DemoShell>;
	readonly #rewindPoints = new RewindPoints();
	#machine!: RewindableMachine;
	#step = 1;
	#phase: Phase = "told";
	/** Somebody has typed something since a step was last played, or since the demo last went back. */
	#isTypedInto = false;
	/** Stops the step that is being played. */
	#playing = new AbortController();
	/**
	 * The command that was started last: `over` settles when its step's promises have been tested, or when `stop` has
	 * ended the waiting for it.
	 */
	#command = { stop: new AbortController(), over: Promise.resolve() };
	/** Ends the waiting for the command that runs: the command goes on, and so does the demo. */
	#leave = () => {};
	/** When `next` last began to play a step, and when it last left a command running. */
	#begunMs = Number.NEGATIVE_INFINITY;
	#leftMs = Number.NEGATIVE_INFINITY;
	#lastAction: Promise<unknown> = Promise.resolve();
	#closed = false;
	#slowly = true;
	#kernelState: KernelState | null = null;
	#fail: (error: unknown) => void = () => {};
	readonly takesKeys = true;
	readonly failed = new Promise<never>((_, reject) => {
		this.#fail = reject;
	});

	private constructor(loaded: LoadedDemo, listener: DemoListener) {
		this.#loaded = loaded;
		this.#listener = listener;
		this.failed.catch(() => {});
		const shell = (name: ShellName) => new DemoShell(name, loaded.size, (keys) => this.#press(name, keys));
		this.#shells = { host: shell("host"), container: shell("container") };
	}

	/** Starts a machine with the demo's two shells, and waits for both prompts. */
	static async open(loaded: LoadedDemo, openMachine: OpenMachine, listener: DemoListener): Promise<DemoInMachine> {
		const demo = new DemoInMachine(loaded, listener);
		await demo.#emit(headerOf(loaded));
		demo.#machine = await openMachine(stageRequestOf(loaded), {
			onFrame: (frame) => demo.#onFrame(frame),
			onLost: (error) => demo.#onLost(error),
		});
		const prompted = Promise.all(SHELLS.map((name) => demo.#shells[name].typist.waitForPrompt(interruption)));
		await Promise.race([prompted, demo.failed]);
		await demo.#enterPhase(1, "told");
		await demo.#saveRewindPoint(1);
		return demo;
	}

	get step(): number {
		return this.#step;
	}

	get phase(): Phase {
		return this.#phase;
	}

	/** Pid of the machine's QEMU process; -1 while there is none. */
	get pid(): number {
		return this.#machine.pid;
	}

	/** Whether to type commands slowly, as a person does. */
	set slowly(value: boolean) {
		this.#slowly = value;
	}

	next(): Promise<void> {
		const isWithin = (sinceMs: number) => performance.now() - sinceMs < AGAIN_MS;
		const isAgain = isWithin(this.#leftMs) || (this.#phase === "running" && isWithin(this.#begunMs));
		if (this.#phase === "typing" || isAgain) return this.#lastAction.then(() => {});
		if (this.#phase === "running") {
			this.#leftMs = performance.now();
			this.#leave();
			return this.#enqueue(async () => {});
		}
		return this.#enqueue(async () => {
			if (this.#phase === "told") {
				this.#begunMs = performance.now();
				return this.#playStep();
			}
			if (this.#step < this.#loaded.script.steps.length) await this.#enterPhase(this.#step + 1, "told");
		});
	}

	back(): Promise<void> {
		return this.#stopThen(async () => {
			const isAtBeginning = this.#phase === "told" && !this.#isTypedInto;
			await this.#goTo(Math.max(1, isAtBeginning ? this.#step - 1 : this.#step));
		});
	}

	jump(step: number): Promise<void> {
		return this.#stopThen(async () => {
			await this.#goTo(Math.min(Math.max(1, step), this.#loaded.script.steps.length));
		});
	}

	replay(): Promise<void> {
		return this.#stopThen(async () => {
			if (await this.#goTo(this.#step)) await this.#playStep();
		});
	}

	reset(): Promise<void> {
		return this.#stopThen(() => this.#rewindTo(1));
	}

	async type(shell: ShellName, text: string): Promise<void> {
		this.#isTypedInto = true;
		this.#rewindPoints.noteTyping();
		await this.#press(shell, text);
	}

	async resize(shell: ShellName, size: Size): Promise<void> {
		this.#shells[shell].size = size;
		// Sent before the event, so that the machine gets the size before anything that is typed from now on.
		const sent = this.#machine.sendInput({ type: "resize", shell, window: size });
		await this.#emit({ type: "size", shell, size });
		await sent;
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#stop();
		await this.#machine.end();
		await this.#lastAction;
		await this.#rewindPoints.forget();
	}

	// Runs `act` after everything that was requested before it.
	#enqueue(act: () => Promise<void>): Promise<void> {
		const done = this.#lastAction.then(async () => {
			if (!this.#closed) await act();
		});
		this.#lastAction = done.catch(() => {});
		return done;
	}

	#stopThen(act: () => Promise<void>): Promise<void> {
		this.#stop();
		return this.#enqueue(act);
	}

	#stop(): void {
		this.#playing.abort(STOPPED);
		this.#command.stop.abort(STOPPED);
	}

	// Goes to the beginning of a step. If that moment was not kept, goes to the last kept moment before it, and plays the
	// steps in between as fast as possible.
	// @returns whether the demo got there: something else may have been asked for meanwhile
	async #goTo(step: number): Promise<boolean> {
		await this.#rewindTo(step);
		while (this.#step < step) {
			await this.#playStep(false);
			if (this.#playing.signal.aborted) return false;
			await this.#enterPhase(this.#step + 1, "told");
		}
		return true;
	}

	async #playStep(slowly = this.#slowly): Promise<void> {
		const step = this.#step;
		const playing = new AbortController();
		this.#playing = playing;
		this.#isTypedInto = false;
		await this.#enterPhase(step, "typing");
		await this.#command.over;
		if (playing.signal.aborted) return;
		await this.#saveRewindPoint(step).catch(throwUnlessLost);
		if (playing.signal.aborted) return;
		const left = new Promise<"left">((resolve) => {
			this.#leave = () => resolve("left");
		});
		const stop = new AbortController();
		const over = this.#playCommand(step, slowly, stop).catch((error: Error) => {
			if (!(error instanceof LostError || stop.signal.reason === STOPPED)) this.#fail(error);
		});
		this.#command = { stop, over };
		const how = await Promise.race([over, left]);
		if (playing.signal.aborted) return;
		await this.#enterPhase(step, "done");
		if (how !== "left" && step < this.#loaded.script.steps.length)
			await this.#saveRewindPoint(step + 1).catch(throwUnlessLost);
	}

	// Plays a step's command. Tests the step's promises when the command is over.
	async #playCommand(step: number, slowly: boolean, stop: AbortController): Promise<void> {
		const { stage, command, promises } = this.#stepOf(step);
		const output = await this.#shells[stage].play(command, {
			slowly,
			stop,
			foreground: () => this.#kernelState?.shells[stage] ?? null,
			onTyped: () => this.#enterPhase(step, "running"),
		});
		const kept = promises.map((pattern) => ({ pattern, kept: new RegExp(pattern, "m").test(output) }));
		await this.#emit({ type: "answer", step, output, promises: kept });
	}

	async #saveRewindPoint(step: number): Promise<void> {
		const startedMs = performance.now();
		const { host, container } = this.#shells;
		const bytes = await this.#rewindPoints.save(step, this.#machine, () => ({
			shown: { host: host.shown, container: container.shown },
			sizes: { host: host.size, container: container.size },
			kernelState: this.#kernelState,
		}));
		if (bytes !== null) await this.#emit({ type: "kept", step, tookMs: performance.now() - startedMs, bytes });
	}

	// Puts the machine back to the beginning of a step, or to the last kept moment before it.
	async #rewindTo(step: number): Promise<void> {
		const startedMs = performance.now();
		const found = this.#rewindPoints.goBack(step);
		if (found === undefined) throw new Failure("failed", "there is nothing to go back to", "start the demo again");
		const [nearest, point] = found;
		await this.#machine.putBack(point.checkpoint, async () => {
			for (const name of SHELLS) {
				const shell = this.#shells[name];
				shell.goBack(point.shown[name]);
				// The output fits the size that the terminal had when the output was printed.
				const [size, sizeThen] = [shell.size, point.sizes[name]];
				const isResized = sizeThen.columns !== size.columns || sizeThen.rows !== size.rows;
				if (isResized) await this.#emit({ type: "size", shell: name, size: sizeThen });
				await this.#emit({ type: "screen", shell: name, data: shell.shown });
				if (isResized) await this.#emit({ type: "size", shell: name, size });
				await this.#machine.sendInput({ type: "resize", shell: name, window: shell.size });
			}
			this.#kernelState = point.kernelState;
			if (point.kernelState !== null) await this.#emit({ type: "view", view: point.kernelState });
		});
		this.#isTypedInto = false;
		await this.#emit({ type: "back", step: nearest, tookMs: performance.now() - startedMs });
		await this.#enterPhase(nearest, "told");
	}

	// A step may take the machine down on purpose. The machine then goes back to where it was before the step, and the
	// step counts as done.
	#onLost(error: Error): void {
		const playing = this.#phase === "typing" || this.#phase === "running";
		this.#stop();
		this.#enqueue(async () => {
			const step = this.#step;
			const how = error instanceof LostError ? error.how : error.message;
			await this.#emit({ type: "down", step, how });
			await this.#rewindTo(step);
			if (playing && this.#step === step) await this.#enterPhase(step, "done");
		}).catch(this.#fail);
	}

	async #onFrame(frame: Parameters<StageListener["onFrame"]>[0]): Promise<void> {
		if (frame.type === "view") {
			const { type: _, nonce: __, ...view } = frame;
			this.#kernelState = view;
			return this.#emit({ type: "view", view });
		}
		const shell = SHELLS.find((name) => name === frame.shell);
		if (shell === undefined) return;
		const data = frame.type === "shellEnded" ? SHELL_ENDED : this.#shells[shell].decode(frame.data);
		this.#shells[shell].addOutput(data);
		await this.#emit({ type: "output", shell, data });
	}

	async #enterPhase(step: number, phase: Phase): Promise<void> {
		this.#step = step;
		this.#phase = phase;
		await this.#emit({ type: "step", step, phase });
	}

	async #emit(event: UntimedEvent): Promise<void> {
		await this.#listener({ atMs: Math.round(performance.now() - this.#startedMs), ...event } as DemoEvent);
	}

	async #press(shell: ShellName, keys: string): Promise<void> {
		await this.#machine.sendInput({ type: "input", shell, data: Buffer.from(keys).toString("base64") });
	}

	#stepOf(step: number): Script["steps"][number] {
		const found = this.#loaded.script.steps[step - 1];
		if (found === undefined) throw new Failure("usage", `there is no step ${step}`);
		return found;
	}
}

function throwUnlessLost(error: unknown): void {
	if (!(error instanceof LostError)) throw error;
}
