import { readlinkSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { openTerminal, setWindowSize } from "../../native/guest.ts";
import type { WindowSize } from "../protocol/index.ts";
import { OWN_PROC } from "../readings/guest/paths.ts";

import type { StandardStreams } from "./pipes.ts";

export type OutputStream = "stdout" | "stderr";

/** Ctrl-D: to a terminal, the end of the input. See VEOF in termios(3). */
const END_OF_INPUT = "\u0004";

/** The agent's end of what a call has as its standard input, output and error: three pipes, or a terminal. */
export class FarEnd {
	/** What takes the place of the pipes, as the harbour names it: a terminal, or /dev/null. Null for the pipes themselves. */
	substitute: string | null = null;
	#masterFd = -1;
	#master: ReadStream | undefined;
	readonly #listeners: ((stream: OutputStream, chunk: Buffer) => void)[] = [];

	constructor(private readonly pipes: StandardStreams) {
		// The runner may have ended, or closed its input.
		pipes.stdin.on("error", () => {});
	}

	/** Makes a terminal, which takes the place of the pipes. @returns its name in the harbour */
	giveTerminal(window: WindowSize): string {
		const { masterFd, slaveFd } = openTerminal(window.rows, window.columns);
		// The harbour has the same devpts.
		const name = readlinkSync(`${OWN_PROC}/self/fd/${slaveFd}`);
		// The slave stays open here: while nobody has it, reading the master is an error. See pty(7).
		const master = new ReadStream(masterFd);
		master
			.on("error", () => {})
			.on("data", (chunk) => {
				for (const tell of this.#listeners) tell("stdout", chunk);
			});
		[this.#master, this.#masterFd, this.substitute] = [master, masterFd, name];
		return name;
	}

	/** The call takes /dev/null in place of the pipes; what is written to it from now on is lost. */
	giveNothing(): void {
		this.substitute = "/dev/null";
	}

	/** Writes to the standard input. Once nobody reads it any more, what is written is lost. */
	input(data: string): void {
		if (this.substitute === null) this.pipes.stdin.write(data);
		else if (this.#masterFd >= 0) this.#type(data);
	}

	endInput(): void {
		if (this.substitute === null) this.pipes.stdin.end();
		else this.input(END_OF_INPUT);
	}

	/** A terminal's output is all of the first stream's. */
	onOutput(stream: OutputStream, listener: (chunk: Buffer) => void): void {
		this.pipes[stream].on("data", listener);
		this.#listeners.push((from, chunk) => from === stream && listener(chunk));
	}

	resize({ rows, columns }: WindowSize): void {
		if (this.#masterFd >= 0) setWindowSize(this.#masterFd, rows, columns);
	}

	/** Closes the terminal: whoever has it is sent SIGHUP. See pty(7). */
	hangUp(): void {
		this.#master?.destroy();
		this.#masterFd = -1;
	}

	#type(data: string): void {
		try {
			writeSync(this.#masterFd, data);
		} catch (error) {
			// A terminal that is not read takes some thousand characters. See pty(7).
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
		}
	}
}
