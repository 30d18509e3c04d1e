import { interruption, unlessInterrupted } from "../base/interrupt.ts";
import { printable } from "../base/printable.ts";
import type { Progress } from "../base/progress.ts";
import { type Waits, waitsText } from "../protocol/index.ts";
import { needOpenFiles } from "./computer/open-files.ts";
import { ensureImage } from "./image/image.ts";
import { type Client, Machine, type RunRequest, type SessionEnd, type SessionRequest } from "./machine.ts";
import { RestoreError } from "./restore-error.ts";
import { RewindableMachine, type StageListener, type StageRequest } from "./rewindable-machine.ts";
import { ensureTemplate, isCurrent, type Template } from "./template.ts";

/**
 * Provides fresh virtual machines, one for each run. prepare() restores the next machine in advance, while the program
 * for the run is still being bundled.
 */
export class MachinePool {
	readonly #progress: Progress;
	readonly #packages: readonly string[];
	readonly #machines = new Set<{ end(): Promise<void> }>();
	#template: Promise<ReadyTemplate> | undefined;
	#next: Promise<Machine> | undefined;
	#closed = false;

	/**
	 * @param packages Debian packages that the machines have in addition to those that the lessons use
	 * @throws {Failure} unsupported: this process may open too few files
	 */
	constructor(progress: Progress, packages: readonly string[] = []) {
		needOpenFiles();
		this.#progress = progress;
		this.#packages = packages;
		interruption.addEventListener("abort", () => void this.close());
	}

	/**
	 * Restores a machine before it is asked for.
	 * @param withPractice whether the machine also plays a practice run, and pauses. In emulation, its real run then
	 * takes half as long. Only worth it if there is time before that run
	 */
	prepare(withPractice = false): void {
		if (this.#closed) return;
		this.#next ??= this.#restore(withPractice);
		this.#next.catch(() => {});
	}

	/** Makes the machines' image and the snapshot, unless the cache has both. */
	async makeReady(): Promise<void> {
		await this.#ready();
	}

	/** Identifies the contents of the machines' image. */
	async imageKey(): Promise<string> {
		return (await this.#ready()).imageKey;
	}

	async accelerator(): Promise<string> {
		return (await this.#ready()).template.accelerator;
	}

	/**
	 * Plays one scenario in a fresh machine.
	 * @param signal ends the machine, whatever it is doing; play() then throws the signal's reason
	 */
	play(request: RunRequest, signal?: AbortSignal): ReturnType<Machine["play"]> {
		return this.#inMachine((machine) => machine.play(request, this.#noteWaits()), signal);
	}

	/** Runs a program that the client talks to, in a fresh machine. */
	runSession(request: SessionRequest, client: Client): Promise<SessionEnd> {
		return this.#inMachine((machine) => machine.runSession(request, client));
	}

	/** Begins a stage in a machine that can be put back. close() ends the machine, if it has not ended before. */
	beginStage(request: StageRequest, listener: StageListener): Promise<RewindableMachine> {
		return this.#withRetry(async () => {
			const { template } = await this.#ready();
			// An interruption calls close(), which ends only the machines that it knows. A machine begun after that would
			// never be ended.
			interruption.throwIfAborted();
			const machine = new RewindableMachine(template, listener);
			this.#machines.add(machine);
			await unlessInterrupted(machine.begin(request));
			return machine;
		}, interruption);
	}

	// Prints what a slow run waits for: at the first report, the second, the fourth, the eighth and so on, and only if it
	// has changed. On a busy computer, every run is slow, and many lines would say nothing.
	#noteWaits(): (waits: Waits) => void {
		let last = "";
		let reports = 0;
		return (waits) => {
			reports++;
			const text = printable(waitsText(waits));
			if (!Number.isInteger(Math.log2(reports)) || text === last || text === "") return;
			this.#progress.note(`not over yet: ${text}`);
			last = text;
		};
	}

	#inMachine<T>(work: (machine: Machine) => Promise<T>, signal: AbortSignal = interruption): Promise<T> {
		return this.#withRetry(() => this.#useMachine(work, signal), signal);
	}

	// Repeats work once if its machine was lost before the work began. If the template is damaged, makes a new one first.
	async #withRetry<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		const { template } = await this.#ready();
		const usedTemplate = this.#template;
		try {
			return await work();
		} catch (error) {
			if (interruption.aborted || signal.aborted || !(error instanceof RestoreError)) throw error;
			// Of several pieces of work that find the template damaged, only the first makes a new one.
			if (error.templateDamaged && this.#template === usedTemplate) {
				this.#next = undefined;
				this.#template = this.#makeTemplate(template);
			}
			return work();
		}
	}

	/** Ends every machine that is still running or just being started. */
	async close(): Promise<void> {
		this.#closed = true;
		const end = () => Promise.all([...this.#machines].map((machine) => machine.end()));
		await end();
		await this.#next?.catch(() => {});
		await end();
	}

	async #useMachine<T>(work: (machine: Machine) => Promise<T>, signal: AbortSignal): Promise<T> {
		const next = this.#next;
		this.#next = undefined;
		// A machine that was restored in advance can be lost while it waits. The template is probably not damaged, so
		// another machine is restored from it.
		const machine = await (next?.catch(() => this.#restore()) ?? this.#restore());
		try {
			return await unlessInterrupted(work(machine), signal);
		} finally {
			await machine.end();
			this.#machines.delete(machine);
		}
	}

	async #restore(withPractice = false): Promise<Machine> {
		const { template } = await this.#ready();
		const machine = Machine.restore(template);
		this.#machines.add(machine);
		if (!withPractice) return machine;
		try {
			await machine.warmUpAndPause("practice");
			return machine;
		} catch (error) {
			await machine.end();
			this.#machines.delete(machine);
			throw error;
		}
	}

	// Returns the template, and makes it at the first call. If another process has replaced or removed the template's
	// files since, loads the new template, or makes one.
	async #ready(): Promise<ReadyTemplate> {
		this.#template ??= this.#makeTemplate();
		const known = this.#template;
		const { template } = await known;
		if (await isCurrent(template)) return known;
		if (this.#template === known) this.#template = this.#makeTemplate();
		return this.#template;
	}

	async #makeTemplate(damaged?: Template): Promise<ReadyTemplate> {
		const image = await ensureImage(this.#progress, this.#packages);
		return { template: await ensureTemplate(image, this.#progress, damaged), imageKey: image.key };
	}
}

interface ReadyTemplate {
	template: Template;
	imageKey: string;
}
