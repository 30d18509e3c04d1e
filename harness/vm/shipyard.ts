import { interruption, unlessInterrupted } from "../interrupt.ts";
import type { Progress } from "../progress.ts";
import { ensureImage } from "./image.ts";
import {
	type Client,
	Machine,
	RestoreError,
	type RunRequest,
	type SessionEnd,
	type SessionRequest,
} from "./machine.ts";
import { dropTemplate, ensureTemplate, type Template } from "./template.ts";

/**
 * Makes fresh virtual machines, one for each run. The first begins to be restored as soon as the template is known,
 * while the program for it is still being made.
 */
export class Shipyard {
	readonly #progress: Progress;
	readonly #packages: readonly string[];
	readonly #machines = new Set<Machine>();
	#template: Promise<Ready> | undefined;
	#ahead: Promise<Machine> | undefined;

	/** @param packages Debian packages that its machines have beside those that the lessons use */
	constructor(progress: Progress, packages: readonly string[] = []) {
		this.#progress = progress;
		this.#packages = packages;
		interruption.addEventListener("abort", () => void this.close());
	}

	/** Gets a machine ready before it is asked for. */
	prepare(): void {
		this.#ahead ??= this.#restore();
		this.#ahead.catch(() => {});
	}

	async imageKey(): Promise<string> {
		return (await this.#ready()).imageKey;
	}

	async accelerator(): Promise<string> {
		return (await this.#ready()).template.accelerator;
	}

	/** Plays one scenario in a fresh machine. */
	play(request: RunRequest): ReturnType<Machine["play"]> {
		return this.#inMachine((machine) => machine.play(request));
	}

	/** Runs a program that the client talks to in a fresh machine. */
	hold(request: SessionRequest, client: Client): Promise<SessionEnd> {
		return this.#inMachine((machine) => machine.hold(request, client));
	}

	// A template that cannot be restored is made anew, once.
	async #inMachine<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
		const used = this.#ready();
		try {
			return await this.#once(work);
		} catch (error) {
			if (interruption.aborted || !(error instanceof RestoreError)) throw error;
			// Of several that find it damaged, the first has it made anew.
			if (this.#template === used) {
				this.#ahead = undefined;
				this.#template = used.then(({ template }) => dropTemplate(template)).then(() => this.#make());
			}
			return this.#once(work);
		}
	}

	/** Ends every machine that is still running, also one that is only just being started. */
	async close(): Promise<void> {
		await this.#ahead?.catch(() => {});
		await Promise.all([...this.#machines].map((machine) => machine.end()));
	}

	async #once<T>(work: (machine: Machine) => Promise<T>): Promise<T> {
		const ahead = this.#ahead;
		this.#ahead = undefined;
		const machine = await (ahead ?? this.#restore());
		try {
			return await unlessInterrupted(work(machine));
		} finally {
			await machine.end();
			this.#machines.delete(machine);
		}
	}

	async #restore(): Promise<Machine> {
		const machine = Machine.restore((await this.#ready()).template);
		this.#machines.add(machine);
		return machine;
	}

	#ready(): Promise<Ready> {
		this.#template ??= this.#make();
		return this.#template;
	}

	async #make(): Promise<Ready> {
		const image = await ensureImage(this.#progress, this.#packages);
		return { template: await ensureTemplate(image, this.#progress), imageKey: image.key };
	}
}

interface Ready {
	template: Template;
	imageKey: string;
}
