import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import type { Demo as Script } from "../judge/demo.ts";
import { LostError } from "../vm/frame-receiver.ts";
import type { RewindableMachine, StageListener } from "../vm/rewindable-machine.ts";
import { CommandTypist } from "./command-typist.ts";
import type { DemoListener, DemoPlayer } from "./demo-player.ts";
import {
	type DemoEvent,
	type KernelState,
	type Phase,
	SHELLS,
	type ShellName,
	type Size,
	type UntimedEvent,
} from "./events.ts";
import { headerOf, type LoadedDemo, type OpenMachine, stageRequestOf } from "./loaded-demo.ts";
import { RewindPoints } from "./rewind-points.ts";
import { lastLines, promptOf } from "./shells.ts";
import { untilWaitingForKeys } from "./wait-for-keys.ts";

/** The number under which the first moment of all is kept: before step 1, when nobody has typed anything. */
const START = 0;
const STOPPED = new Error("something else was asked for");
const NOT_WAITED_FOR = new Error("its end is not waited for");
const SHELL_ENDED = "\r\n\x1b[2mthe shell has ended; here is a new one:\x1b[22m\r\n";

/**
 * A lesson's demo, played in a machine. The terminal, the page, recordings and rehearsals all use this class.
 *
 * It carries out next, back, jump, replay and reset one after the other; type and resize act at once. Back, jump,
 * replay and reset first stop a step that is being played. All events go to the listener.
 */
export class DemoInMachine implements DemoPlayer {
	readonly #loaded: LoadedDemo;
	readonly #listener: DemoListener;
	readonly #startedMs = performance.now();
	readonly #typists: Record<ShellName, CommandTypist>;
	readonly #shown: Record<ShellName, string> = { host: "", container: "" };
	readonly #sizes: Record<ShellName, Size>;
	readonly #rewindPoints = new RewindPoints();
	#machine!: RewindableMachine;
	#step = 1;
	#phase: Phase = "told";
	/** Nobody has typed anything since the last moment was kept or gone back to. */
	#unchanged = false;
	/** Ends the step that is being played; already aborted while none is. */
	#playing = new AbortController();
	#lastAction: Promise<unknown> = Promise.resolve();
	#closed = false;
	#slowly = true;
	#kernelState: KernelState | null = null;
	readonly #decoders = { host: new TextDecoder(), container: new TextDecoder() };
	#fail: (error: unknown) => void = () => {};
	readonly failed = new Promise<never>((_, reject) => {
		this.#fail = reject;
	});

	private constructor(loaded: LoadedDemo, listener: DemoListener) {
		this.#loaded = loaded;
		this.#listener = listener;
		this.#sizes = { host: loaded.size, container: loaded.size };
		this.#playing.abort(STOPPED);
		this.failed.catch(() => {});
		const typist = (shell: ShellName) => new CommandTypist(promptOf(shell), (keys) => this.#press(shell, keys));
		this.#typists = { host: typist("host"), container: typist("container") };
	}

	/** Starts a machine with the demo's two shells, and waits for both prompts. */
	static async open(loaded: LoadedDemo, openMachine: OpenMachine, listener: DemoListener): Promise<DemoInMachine> {
		const demo = new DemoInMachine(loaded, listener);
		await demo.#emit(headerOf(loaded));
		demo.#machine = await openMachine(stageRequestOf(loaded), {
			onFrame: (frame) => demo.#onFrame(frame),
			onLost: (error) => demo.#onLost(error),
		});
		const prompted = Promise.all(SHELLS.map((name) => demo.#typists[name].waitForPrompt(interruption)));
		await Promise.race([prompted, demo.failed]);
		await demo.#enterPhase(1, "told");
		await demo.#saveRewindPoint(START);
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
		if (this.#phase === "typing") return this.#lastAction.then(() => {});
		if (this.#phase === "running") {
			this.#playing.abort(NOT_WAITED_FOR);
			return this.#enqueue(async () => {});
		}
		return this.#enqueue(async () => {
			if (this.#phase === "told") return this.#playStep();
			if (this.#step < this.#loaded.script.steps.length) await this.#enterPhase(this.#step + 1, "told");
		});
	}

	back(): Promise<void> {
		return this.#stopThen(() => this.#rewindTo(Math.max(1, this.#phase === "told" ? this.#step - 1 : this.#step)));
	}

	jump(step: number): Promise<void> {
		return this.#stopThen(async () => {
			const target = Math.min(Math.max(1, step), this.#loaded.script.steps.length);
			const [nearest = 1] = this.#rewindPoints.nearest(target) ?? [];
			if (nearest <= this.#step || nearest === target) await this.#rewindTo(nearest);
			while (this.#step < target) {
				if (this.#phase === "told") await this.#playStep();
				await this.#enterPhase(this.#step + 1, "told");
			}
		});
	}

	replay(): Promise<void> {
		return this.#stopThen(async () => {
			await this.#rewindTo(this.#step);
			await this.#playStep();
		});
	}

	reset(): Promise<void> {
		return this.#stopThen(() => this.#rewindTo(START));
	}

	async type(shell: ShellName, text: string): Promise<void> {
		this.#unchanged = false;
		await this.#press(shell, text);
	}

	async resize(shell: ShellName, size: Size): Promise<void> {
		this.#sizes[shell] = size;
		// Sent before the event, so that the machine gets the size before anything that is typed from now on.
		const sent = this.#machine.sendInput({ type: "resize", shell, window: size });
		await this.#emit({ type: "size", shell, size });
		await sent;
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#playing.abort(STOPPED);
		await this.#machine.end();
		await this.#lastAction;
		await this.#rewindPoints.forget(0);
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
		this.#playing.abort(STOPPED);
		return this.#enqueue(act);
	}

	async #playStep(): Promise<void> {
		const step = this.#step;
		const { stage, command, promises } = this.#stepOf(step);
		this.#playing = new AbortController();
		const { signal } = this.#playing;
		const typist = this.#typists[stage];
		// If the prompt is there, the foreground process is a shell. A shell that waits for keys is no sign that the
		// command does. Without a prompt, the foreground process is a program that an earlier step has left running. When
		// that program waits for keys again, the step is done.
		const shell = typist.isPrompted ? this.#kernelState?.shells[stage]?.pid : undefined;
		await this.#enterPhase(step, "typing");
		try {
			if (!this.#unchanged) await this.#saveRewindPoint(step);
			this.#unchanged = false;
			await typist.type(command, { slowly: this.#slowly, signal });
			await this.#enterPhase(step, "running");
			await typist.pressEnter();
			const waits = untilWaitingForKeys(() => this.#kernelState?.shells[stage] ?? null, shell, signal);
			await Promise.race([typist.waitForPrompt(signal), waits]);
		} catch (error) {
			if (error instanceof LostError || signal.reason === STOPPED) return;
			if (signal.reason !== NOT_WAITED_FOR) throw error;
		} finally {
			this.#playing.abort(STOPPED);
		}
		const { output } = typist;
		const kept = promises.map((pattern) => ({ pattern, kept: new RegExp(pattern, "m").test(output) }));
		await this.#emit({ type: "answer", step, output, promises: kept });
		await this.#enterPhase(step, "done");
		if (step < this.#loaded.script.steps.length) await this.#saveRewindPoint(step + 1).catch(throwUnlessLost);
	}

	async #saveRewindPoint(step: number): Promise<void> {
		const startedMs = performance.now();
		const now = () => ({ shown: { ...this.#shown }, kernelState: this.#kernelState });
		let atRest = now();
		const checkpoint = await this.#machine.keep(() => {
			atRest = now();
		});
		if (!(await this.#rewindPoints.keep(step, { checkpoint, ...atRest }))) return;
		this.#unchanged = true;
		const { bytes } = checkpoint.memory;
		await this.#emit({ type: "kept", step: Math.max(1, step), tookMs: performance.now() - startedMs, bytes });
	}

	async #rewindTo(step: number): Promise<void> {
		const startedMs = performance.now();
		const found = this.#rewindPoints.nearest(step);
		if (found === undefined) throw new Failure("failed", "there is nothing to go back to", "start the demo again");
		const [kept, point] = found;
		const nearest = Math.max(1, kept);
		await this.#machine.putBack(point.checkpoint, async () => {
			for (const shell of SHELLS) {
				this.#shown[shell] = point.shown[shell];
				this.#decoders[shell] = new TextDecoder();
				this.#typists[shell].addOutput(this.#shown[shell]);
				await this.#emit({ type: "screen", shell, data: this.#shown[shell] });
				await this.#machine.sendInput({ type: "resize", shell, window: this.#sizes[shell] });
			}
			this.#kernelState = point.kernelState;
			if (point.kernelState !== null) await this.#emit({ type: "view", view: point.kernelState });
		});
		this.#unchanged = true;
		await this.#emit({ type: "back", step: nearest, tookMs: performance.now() - startedMs });
		await this.#enterPhase(nearest, "told");
	}

	// A step may take the machine down on purpose. The machine then goes back to where it was before the step, and the
	// step counts as done.
	#onLost(error: Error): void {
		const playing = !this.#playing.signal.aborted;
		this.#playing.abort(STOPPED);
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
			return this.#emit({ type: "view", view: this.#kernelState });
		}
		const shell = SHELLS.find((name) => name === frame.shell);
		if (shell === undefined) return;
		const data =
			frame.type === "shellEnded"
				? SHELL_ENDED
				: this.#decoders[shell].decode(Buffer.from(frame.data, "base64"), { stream: true });
		this.#shown[shell] = lastLines(this.#shown[shell] + data);
		this.#typists[shell].addOutput(data);
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
