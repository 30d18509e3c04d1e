import { interruption, unlessInterrupted } from "../base/interrupt.ts";
import type { Progress } from "../base/progress.ts";
import { ensureImage } from "./image.ts";
import {
	type Client,
	Machine,
	RestoreError,
	type RunRequest,
	type SessionEnd,
	type SessionRequest,
} from "./machine.ts";
import { needOpenFiles } from "./open-files.ts";
import { type Audience, Rewindable, type StageRequest } from "./rewindable.ts";
import { ensureTemplate, isCurrent, type Template } from "./template.ts";

/**
 * Makes fresh virtual machines, one for each run. The first begins to be restored as soon as the template is known,
 * while the program for it is still being made.
 */
export class Shipyard {
	readonly #progress: Progress;
	readonly #packages: readonly string[];
	readonly #machines = new Set<{ end(): Promise<void> }>();
	#template: Promise<Ready> | undefined;
	#ahead: Promise<Machine> | undefined;
	#closed = false;

	/**
	 * @param packages Debian packages that its machines have beside those that the lessons use
	 * @throws {Failure} unsupported: this process may open too few files
	 */
	constructor(progress: Progress, packages: readonly string[] = []) {
		needOpenFiles();
		this.#progress = progress;
		this.#packages = packages;
		interruption.addEventListener("abort", () => void this.close());
	}

	/**
	 * Gets a machine ready before it is asked for.
	 * @param spare whether there is time: it then practises and waits, and its run takes half as long
	 */
	prepare(spare = false): void {
		if (this.#closed) return;
		this.#ahead ??= this.#restore(spare);
		this.#ahead.catch(() => {});
	}

	async imageKey(): Promise<string> {
		return (await this.#ready()).imageKey;
	}

	async accelerator(): Promise<string> {
		return (await this.#ready()).template.accelerator;
	}

	/**
	 * Plays one scenario in a fresh machine.
	 * @param signal ends the machine, whatever it is doing; play then throws its reason
	 */
	play(request: RunRequest, signal?: AbortSignal): ReturnType<Machine["play"]> {
		return this.#inMachine((machine) => machine.play(request), signal);
	}

	/** Runs a program that the client talks to in a fresh machine. */
	hold(request: SessionRequest, client: Client): Promise<SessionEnd> {
		return this.#inMachine((machine) => machine.hold(request, client));
	}

	/** Begins a stage in a machine that can be put back. It ends with the shipyard, if not before. */
	stage(request: StageRequest, audience: Audience): Promise<Rewindable> {
		return this.#twice(async () => {
			const { template } = await this.#ready();
			// Nobody would end a machine that is begun after all have been ended.
			interruption.throwIfAborted();
			const machine = new Rewindable(template, audience);
			this.#machines.add(machine);
			await unlessInterrupted(machine.begin(request));
			return machine;
		}, interruption);
	}

	#inMachine<T>(work: (machine: Machine) => Promise<T>, signal: AbortSignal = interruption): Promise<T> {
		return this.#twice(() => this.#once(work, signal), signal);
	}

	// Work that never began is done again, once. A template that cannot be restored is made anew before.
	async #twice<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
		const { template } = await this.#ready();
		const used = this.#template;
		try {
			return await work();
		} catch (error) {
			if (interruption.aborted || signal.aborted || !(error instanceof RestoreError)) throw error;
			// Of several that find it damaged, the first has it made anew.
			if (error.templateDamaged && this.#template === used) {
				this.#ahead = undefined;
				this.#template = this.#make(template);
			}
			return work();
		}
	}

	/** Ends every machine that is still running, also one that is only just being started. */
	async close(): Promise<void> {
		this.#closed = true;
		const end = () => Promise.all([...this.#machines].map((machine) => machine.end()));
		await end();
		await this.#ahead?.catch(() => {});
		await end();
	}

	async #once<T>(work: (machine: Machine) => Promise<T>, signal: AbortSignal): Promise<T> {
		const ahead = this.#ahead;
		this.#ahead = undefined;
		// One that was lost while it waited says nothing about the template.
		const machine = await (ahead?.catch(() => this.#restore()) ?? this.#restore());
		try {
			return await unlessInterrupted(work(machine), signal);
		} finally {
			await machine.end();
			this.#machines.delete(machine);
		}
	}

	async #restore(spare = false): Promise<Machine> {
		const { template } = await this.#ready();
		const machine = Machine.restore(template);
		this.#machines.add(machine);
		if (!spare) return machine;
		try {
			await machine.rest("practice");
			return machine;
		} catch (error) {
			await machine.end();
			this.#machines.delete(machine);
			throw error;
		}
	}

	// A template that another process has replaced meanwhile is loaded, or made, again.
	async #ready(): Promise<Ready> {
		this.#template ??= this.#make();
		const known = this.#template;
		const { template } = await known;
		if (await isCurrent(template)) return known;
		if (this.#template === known) this.#template = this.#make();
		return this.#template;
	}

	async #make(damaged?: Template): Promise<Ready> {
		const image = await ensureImage(this.#progress, this.#packages);
		return { template: await ensureTemplate(image, this.#progress, damaged), imageKey: image.key };
	}
}

interface Ready {
	template: Template;
	imageKey: string;
}
