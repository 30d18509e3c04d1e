import { readlinkSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { TCSANOW } from "../../native/constants.ts";
import { openTerminal, setWindowSize } from "../../native/guest.ts";
import { tcgetattr, tcsetattr } from "../../native/terminals.ts";
import type { WindowSize } from "../protocol/index.ts";
import { AGENT_PROC } from "../readings/guest/paths.ts";
import type { StandardStreams } from "./pipes.ts";

export type OutputStream = "stdout" | "stderr";

/** Ctrl-D: at the beginning of a line, a terminal that is not raw takes this as the end of the input. See VEOF in termios(3). */
const END_OF_INPUT = "\u0004";

/** Where the erase character is among the settings that follow the flags. See termios(3): c_cc, VERASE. */
const ERASE_CHARACTER = 3;
const CTRL_H = 8;
/** Three things that a terminal does by itself: signals for Ctrl-C, lines, echo. See termios(3): c_lflag. */
const [ISIG, ICANON, ECHO] = [0o1, 0o2, 0o10];

/** The agent's end of a call's standard streams: three pipes, or a terminal. */
export class CallStreams {
	/**
	 * The path, in the harbour, of what the call uses instead of the pipes: a terminal, or /dev/null. Null if it uses
	 * the pipes.
	 */
	substitute: string | null = null;
	#masterFd = -1;
	#master: ReadStream | undefined;
	#settingsBefore: string | null = null;
	readonly #listeners: ((stream: OutputStream, chunk: Buffer) => void)[] = [];

	constructor(private readonly pipes: StandardStreams) {
		// Ignore EPIPE: the runner may have ended, or closed its input.
		pipes.stdin.on("error", () => {});
	}

	/** Makes a terminal for the call to use instead of the pipes. @returns the terminal's path in the harbour */
	useTerminal(window: WindowSize): string {
		const { masterFd, slaveFd } = openTerminal(window.rows, window.columns);
		// Change one setting, so that the terminal differs from a new one, as a user's terminal may.
		const settings = tcgetattr(slaveFd);
		settings.rest[ERASE_CHARACTER] = CTRL_H;
		tcsetattr(slaveFd, TCSANOW, settings);
		this.#settingsBefore = JSON.stringify(settings);
		// The harbour has the same devpts file system, so the path is the same there.
		const name = readlinkSync(`${AGENT_PROC}/self/fd/${slaveFd}`);
		// Keep the slave open: while no process has it open, reading the master fails with EIO.
		const master = new ReadStream(masterFd);
		master
			.on("error", () => {})
			.on("data", (chunk) => {
				for (const listener of this.#listeners) listener("stdout", chunk);
			});
		[this.#master, this.#masterFd, this.substitute] = [master, masterFd, name];
		return name;
	}

	/** Makes the call use /dev/null instead of the pipes. What is written to the call from now on is lost. */
	useDevNull(): void {
		this.substitute = "/dev/null";
	}

	/** Writes to the call's standard input. If no process reads it any more, the data is lost. */
	input(data: string): void {
		if (this.substitute === null) this.pipes.stdin.write(data);
		else if (this.#masterFd >= 0) this.#writeToTerminal(data);
	}

	/** Ends the call's standard input: closes the pipe, or types Ctrl-D, which ends it only at the beginning of a line. */
	endInput(): void {
		if (this.substitute === null) this.pipes.stdin.end();
		else this.input(END_OF_INPUT);
	}

	/** Calls `listener` for what the call writes to this stream. All of a terminal's output counts as stdout. */
	onOutput(stream: OutputStream, listener: (chunk: Buffer) => void): void {
		this.pipes[stream].on("data", listener);
		this.#listeners.push((from, chunk) => from === stream && listener(chunk));
	}

	resize({ rows, columns }: WindowSize): void {
		if (this.#masterFd >= 0) setWindowSize(this.#masterFd, rows, columns);
	}

	/**
	 * Compares the terminal's settings with those that the call found: `raw` if the terminal makes no signals, no lines and no echo; null
	 * if the call has no terminal.
	 */
	settings(): "as before" | "raw" | "changed" | null {
		if (this.#masterFd < 0) return null;
		const now = tcgetattr(this.#masterFd);
		if (JSON.stringify(now) === this.#settingsBefore) return "as before";
		return (now.c_lflag & (ICANON | ECHO | ISIG)) === 0 ? "raw" : "changed";
	}

	/** Closes the terminal: the kernel sends SIGHUP to the leader of the terminal's session. See setsid(2), NOTES. */
	hangUp(): void {
		this.#master?.destroy();
		this.#masterFd = -1;
	}

	#writeToTerminal(data: string): void {
		try {
			writeSync(this.#masterFd, data);
		} catch (error) {
			// A terminal that no process reads holds some ten thousand characters. Then writing fails with EAGAIN.
			if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
		}
	}
}
