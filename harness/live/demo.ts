import { Failure } from "../base/failure.ts";
import { interruption } from "../base/interrupt.ts";
import type { Demo as Script } from "../judge/demo.ts";
import { LostError } from "../vm/frame-receiver.ts";
import type { RewindableMachine, StageListener } from "../vm/rewindable-machine.ts";
import {
	type Answers,
	type DemoEvent,
	type Happening,
	type Phase,
	SHELLS,
	type ShellName,
	type Size,
} from "./events.ts";
import { Moments } from "./moments.ts";
import { lastOf, promptOf } from "./shells.ts";
import type { Listener, Show } from "./show.ts";
import { headOf, type Opens, requestOf, type Source } from "./source.ts";
import { Typist } from "./typist.ts";
import { waitsForKeys } from "./waiting.ts";

/** The number under which the first moment of all is kept: before step 1, when nobody has typed anything. */
const UNTOUCHED = 0;
const STOPPED = new Error("something else was asked for");
const LEFT_RUNNING = new Error("its end is not waited for");
const ENDED = "\r\n\x1b[2mthis shell has ended; the next one:\x1b[22m\r\n";

/**
 * A lesson's demo, played in a machine. The terminal, the page, recordings and rehearsals all use this class.
 *
 * It carries out next, back, jump, replay and reset one after the other; type and resize act at once. Back, jump,
 * replay and reset first stop a step that is being played. All events go to the listener.
 */
export class Demo implements Show {
	readonly #source: Source;
	readonly #tell: Listener;
	readonly #startedMs = performance.now();
	readonly #typists: Record<ShellName, Typist>;
	readonly #shown: Record<ShellName, string> = { host: "", container: "" };
	readonly #sizes: Record<ShellName, Size>;
	readonly #moments = new Moments();
	#machine!: RewindableMachine;
	#step = 1;
	#phase: Phase = "told";
	/** Nobody has typed anything since the last moment was kept or gone back to. */
	#asKept = false;
	/** Ends the step that is being played; already aborted while none is. */
	#playing = new AbortController();
	#last: Promise<unknown> = Promise.resolve();
	#closed = false;
	#slowly = true;
	#answers: Answers | null = null;
	readonly #decoders = { host: new TextDecoder(), container: new TextDecoder() };
	#fail: (error: unknown) => void = () => {};
	readonly failed = new Promise<never>((_, reject) => {
		this.#fail = reject;
	});

	private constructor(source: Source, tell: Listener) {
		this.#source = source;
		this.#tell = tell;
		this.#sizes = { host: source.size, container: source.size };
		this.#playing.abort(STOPPED);
		this.failed.catch(() => {});
		const typist = (shell: ShellName) => new Typist(promptOf(shell), (keys) => this.#press(shell, keys));
		this.#typists = { host: typist("host"), container: typist("container") };
	}

	/** Starts a machine with the demo's two shells, and waits for both prompts. */
	static async open(source: Source, opens: Opens, tell: Listener): Promise<Demo> {
		const demo = new Demo(source, tell);
		await demo.#happens(headOf(source));
		demo.#machine = await opens(requestOf(source), {
			onFrame: (said) => demo.#hear(said),
			onLost: (error) => demo.#down(error),
		});
		const prompted = Promise.all(SHELLS.map((name) => demo.#typists[name].prompted(interruption)));
		await Promise.race([prompted, demo.failed]);
		await demo.#at(1, "told");
		await demo.#keep(UNTOUCHED);
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
		if (this.#phase === "typing") return this.#last.then(() => {});
		if (this.#phase === "running") {
			this.#playing.abort(LEFT_RUNNING);
			return this.#do(async () => {});
		}
		return this.#do(async () => {
			if (this.#phase === "told") return this.#play();
			if (this.#step < this.#source.script.steps.length) await this.#at(this.#step + 1, "told");
		});
	}

	back(): Promise<void> {
		return this.#stop(() => this.#goTo(Math.max(1, this.#phase === "told" ? this.#step - 1 : this.#step)));
	}

	jump(step: number): Promise<void> {
		return this.#stop(async () => {
			const target = Math.min(Math.max(1, step), this.#source.script.steps.length);
			const [nearest = 1] = this.#moments.nearest(target) ?? [];
			if (nearest <= this.#step || nearest === target) await this.#goTo(nearest);
			while (this.#step < target) {
				if (this.#phase === "told") await this.#play();
				await this.#at(this.#step + 1, "told");
			}
		});
	}

	replay(): Promise<void> {
		return this.#stop(async () => {
			await this.#goTo(this.#step);
			await this.#play();
		});
	}

	reset(): Promise<void> {
		return this.#stop(() => this.#goTo(UNTOUCHED));
	}

	async type(shell: ShellName, text: string): Promise<void> {
		this.#asKept = false;
		await this.#press(shell, text);
	}

	async resize(shell: ShellName, size: Size): Promise<void> {
		this.#sizes[shell] = size;
		// Sent before the event, so that the machine gets the size before anything that is typed from now on.
		const said = this.#machine.sendInput({ type: "resize", shell, window: size });
		await this.#happens({ type: "size", shell, size });
		await said;
	}

	async close(): Promise<void> {
		this.#closed = true;
		this.#playing.abort(STOPPED);
		await this.#machine.end();
		await this.#last;
		await this.#moments.forget(0);
	}

	// Runs `act` after everything that was requested before it.
	#do(act: () => Promise<void>): Promise<void> {
		const done = this.#last.then(async () => {
			if (!this.#closed) await act();
		});
		this.#last = done.catch(() => {});
		return done;
	}

	#stop(act: () => Promise<void>): Promise<void> {
		this.#playing.abort(STOPPED);
		return this.#do(act);
	}

	async #play(): Promise<void> {
		const step = this.#step;
		const { stage, command, promises } = this.#scriptOf(step);
		this.#playing = new AbortController();
		const { signal } = this.#playing;
		const typist = this.#typists[stage];
		// If the prompt is there, the foreground process is a shell. It waits for keys itself, which does not mean that
		// the command waits for them. Without a prompt, it is a program that an earlier step has left running. When that
		// one waits for keys again, the step is done.
		const shell = typist.isPrompted ? this.#answers?.shells[stage]?.pid : undefined;
		await this.#at(step, "typing");
		try {
			if (!this.#asKept) await this.#keep(step);
			this.#asKept = false;
			await typist.type(command, { slowly: this.#slowly, signal });
			await this.#at(step, "running");
			await typist.enter();
			const waits = waitsForKeys(() => this.#answers?.shells[stage] ?? null, shell, signal);
			await Promise.race([typist.prompted(signal), waits]);
		} catch (error) {
			if (error instanceof LostError || signal.reason === STOPPED) return;
			if (signal.reason !== LEFT_RUNNING) throw error;
		} finally {
			this.#playing.abort(STOPPED);
		}
		const { said } = typist;
		const kept = promises.map((pattern) => ({ pattern, kept: new RegExp(pattern, "m").test(said) }));
		await this.#happens({ type: "answer", step, output: said, promises: kept });
		await this.#at(step, "done");
		if (step < this.#source.script.steps.length) await this.#keep(step + 1).catch(unlessLost);
	}

	async #keep(step: number): Promise<void> {
		const startedMs = performance.now();
		const seen = () => ({ shown: { ...this.#shown }, answers: this.#answers });
		let atRest = seen();
		const checkpoint = await this.#machine.keep(() => {
			atRest = seen();
		});
		if (!(await this.#moments.keep(step, { checkpoint, ...atRest }))) return;
		this.#asKept = true;
		const { bytes } = checkpoint.memory;
		await this.#happens({ type: "kept", step: Math.max(1, step), tookMs: performance.now() - startedMs, bytes });
	}

	async #goTo(step: number): Promise<void> {
		const startedMs = performance.now();
		const found = this.#moments.nearest(step);
		if (found === undefined) throw new Failure("failed", "there is nothing to go back to", "start the demo again");
		const [kept, moment] = found;
		const nearest = Math.max(1, kept);
		await this.#machine.putBack(moment.checkpoint, async () => {
			for (const shell of SHELLS) {
				this.#shown[shell] = moment.shown[shell];
				this.#decoders[shell] = new TextDecoder();
				this.#typists[shell].hear(this.#shown[shell]);
				await this.#happens({ type: "screen", shell, data: this.#shown[shell] });
				await this.#machine.sendInput({ type: "resize", shell, window: this.#sizes[shell] });
			}
			this.#answers = moment.answers;
			if (moment.answers !== null) await this.#happens({ type: "view", view: moment.answers });
		});
		this.#asKept = true;
		await this.#happens({ type: "back", step: nearest, tookMs: performance.now() - startedMs });
		await this.#at(nearest, "told");
	}

	// A step may take the machine down on purpose. The machine then goes back to where it was before the step, and the
	// step counts as done.
	#down(error: Error): void {
		const playing = !this.#playing.signal.aborted;
		this.#playing.abort(STOPPED);
		this.#do(async () => {
			const step = this.#step;
			const how = error instanceof LostError ? error.how : error.message;
			await this.#happens({ type: "down", step, how });
			await this.#goTo(step);
			if (playing && this.#step === step) await this.#at(step, "done");
		}).catch(this.#fail);
	}

	async #hear(said: Parameters<StageListener["onFrame"]>[0]): Promise<void> {
		if (said.type === "view") {
			const { type: _, nonce: __, ...view } = said;
			this.#answers = view;
			return this.#happens({ type: "view", view: this.#answers });
		}
		const shell = SHELLS.find((name) => name === said.shell);
		if (shell === undefined) return;
		const data =
			said.type === "left" ? ENDED : this.#decoders[shell].decode(Buffer.from(said.data, "base64"), { stream: true });
		this.#shown[shell] = lastOf(this.#shown[shell] + data);
		this.#typists[shell].hear(data);
		await this.#happens({ type: "output", shell, data });
	}

	async #at(step: number, phase: Phase): Promise<void> {
		this.#step = step;
		this.#phase = phase;
		await this.#happens({ type: "step", step, phase });
	}

	async #happens(event: Happening): Promise<void> {
		await this.#tell({ atMs: Math.round(performance.now() - this.#startedMs), ...event } as DemoEvent);
	}

	async #press(shell: ShellName, keys: string): Promise<void> {
		await this.#machine.sendInput({ type: "input", shell, data: Buffer.from(keys).toString("base64") });
	}

	#scriptOf(step: number): Script["steps"][number] {
		const found = this.#source.script.steps[step - 1];
		if (found === undefined) throw new Failure("usage", `there is no step ${step}`);
		return found;
	}
}

function unlessLost(error: unknown): void {
	if (!(error instanceof LostError)) throw error;
}
