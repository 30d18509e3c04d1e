import type { Runner } from "./parked-runner.ts";

/** Finds out whether a process other than the command has read a line that was written for the command. */
export class InputReaders {
	/** The processes that may read, by their pids in the agent's PID namespace. */
	#allowed: readonly number[] = [];
	#taken = false;

	constructor(private readonly runner: Pick<Runner, "readers">) {}

	/**
	 * Says who may read the line that is written next.
	 * @param pids pids in the agent's PID namespace
	 */
	allow(pids: readonly number[]): void {
		this.#look();
		this.#allowed = pids;
	}

	/** Whether a process has read from the call's standard input without being allowed to. */
	haveTakenInput(): boolean {
		this.#look();
		return this.#taken;
	}

	#look(): void {
		if (this.runner.readers().some((pid) => !this.#allowed.includes(pid))) this.#taken = true;
	}
}
