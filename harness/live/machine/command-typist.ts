import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

/**
 * How long one key takes when a command is typed slowly, and how long the whole command takes at most: the keys of a
 * long command are typed faster.
 */
const KEY_MS = 35;
const COMMAND_MS_MAX = 1_600;
/** When a command is typed slowly, its keys are sent in pieces. This is the pause after each piece. */
const PIECE_MS = 50;
/** How long to wait for the echo of what was typed, or of Enter. Only a program without echo lets this time pass. */
const ECHO_TIMEOUT_MS = 20_000;
/** The longest delay that a timer can have. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** How many characters of a command's output are kept: the last ones. */
const OUTPUT_CHARS_MAX = 1 << 20;
const ENTER = "\r";

/**
 * Types commands into a shell as a person does, and reads their output.
 *
 * A command has ended when the shell's prompt is there again. If the command is itself a shell, its prompt counts
 * as well: every shell that a demo's shell starts has the same prompt.
 */
export class CommandTypist {
	#output = "";
	#changed = () => {};

	/** @param press sends keys to the shell */
	constructor(
		private readonly prompt: string,
		private readonly press: (keys: string) => Promise<void>,
	) {}

	/** Takes what the shell has printed. */
	addOutput(text: string): void {
		this.#output = (this.#output + text).slice(-OUTPUT_CHARS_MAX);
		this.#changed();
	}

	/** What the shell has printed since the last Enter, as plain text without the prompt. */
	get output(): string {
		const text = plainText(this.#output).replace(/^\n/, "");
		return text.endsWith(this.prompt) ? text.slice(0, -this.prompt.length) : text;
	}

	/** Types a command's lines, without Enter after the last. Waits for the last line's echo. */
	async type(command: string, { slowly, signal }: { slowly: boolean; signal: AbortSignal }): Promise<void> {
		this.#output = "";
		const lines = command.split("\n");
		const keys = lines.join(ENTER);
		const pieces = slowly ? Math.ceil(Math.min(COMMAND_MS_MAX, keys.length * KEY_MS) / PIECE_MS) : 1;
		const keysPerPiece = Math.ceil(keys.length / pieces);
		for (let at = 0; at < keys.length; at += keysPerPiece) {
			await this.press(keys.slice(at, at + keysPerPiece));
			if (slowly) await sleep(PIECE_MS, undefined, { signal });
		}
		// After the echo, everything that is printed is the command's own.
		const last = withoutWrapping(lines.at(-1) ?? "");
		await this.#waitUntil(() => withoutWrapping(this.#output).endsWith(last), signal, ECHO_TIMEOUT_MS);
	}

	/** Presses Enter. */
	async pressEnter(): Promise<void> {
		this.#output = "";
		await this.press(ENTER);
	}

	/**
	 * Settles when something was printed after {@link pressEnter}: the terminal, or its shell, has received Enter.
	 * Settles after {@link ECHO_TIMEOUT_MS} even if nothing was printed.
	 */
	async waitForOutput(signal: AbortSignal): Promise<void> {
		await this.#waitUntil(() => this.#output !== "", signal, ECHO_TIMEOUT_MS);
	}

	/** Settles when the prompt is there. */
	async waitForPrompt(signal: AbortSignal): Promise<void> {
		await this.#waitUntil(() => this.isPrompted, signal);
	}

	/** Whether the output ends with the prompt: the shell waits for a command. */
	get isPrompted(): boolean {
		return plainText(this.#output.slice(-1_000)).endsWith(this.prompt);
	}

	async #waitUntil(holds: () => boolean, signal: AbortSignal, timeoutMs = TIMER_MS_MAX): Promise<void> {
		const wake = () => this.#changed();
		// This timer must not keep the process alive.
		const timer = setTimeout(wake, timeoutMs).unref();
		const endMs = performance.now() + timeoutMs - 1;
		signal.addEventListener("abort", wake);
		try {
			while (!holds() && performance.now() < endMs) {
				signal.throwIfAborted();
				await new Promise<void>((resolve) => {
					this.#changed = resolve;
				});
			}
		} finally {
			clearTimeout(timer);
			signal.removeEventListener("abort", wake);
		}
	}
}

const plainText = (text: string) => stripVTControlCharacters(text).replaceAll("\r", "");
// Removes white space, and what shells print to wrap a line that is too long for the terminal. Some shells print a
// blank and go back over it. Bash prints the next line's first character, goes back over it, and prints it again.
const withoutWrapping = (text: string) => plainText(text.replaceAll(/.\r(?!\n)/g, "")).replaceAll(/[\s\b]/g, "");
