import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

/** How long typing a command takes at most, and how long one key takes. */
const LINE_MS = 1_600;
const KEY_MS = 35;
const BEAT_MS = 50;
/** How long to wait for the echo of what was typed. */
const ECHO_MS = 5_000;
/** The longest delay that a timer can have. */
const LONGEST_MS = 2 ** 31 - 1;
/** How much of a shell's output is kept to be looked at. */
const LISTENED_CHARS = 1 << 20;
const ENTER = "\r";

/**
 * Types commands into a shell as a person does, and reads their output.
 *
 * A command has ended when the shell's prompt is there again. If the command is itself a shell, its prompt counts,
 * too: every shell that a demo's shell starts has the same prompt.
 */
export class Typist {
	#heard = "";
	#changed = () => {};

	constructor(
		private readonly prompt: string,
		private readonly press: (keys: string) => Promise<void>,
	) {}

	/** Takes what the shell has printed. */
	hear(text: string): void {
		this.#heard = (this.#heard + text).slice(-LISTENED_CHARS);
		this.#changed();
	}

	/** What the shell has printed since the last Enter, as plain text without the prompt. */
	get said(): string {
		const text = plain(this.#heard).replace(/^\n/, "");
		return text.endsWith(this.prompt) ? text.slice(0, -this.prompt.length) : text;
	}

	/** Types a command's lines, without Enter after the last. Waits for the last line's echo. */
	async type(command: string, { slowly, signal }: { slowly: boolean; signal: AbortSignal }): Promise<void> {
		this.#heard = "";
		const lines = command.split("\n");
		const keys = lines.join(ENTER);
		const beats = slowly ? Math.ceil(Math.min(LINE_MS, keys.length * KEY_MS) / BEAT_MS) : 1;
		const size = Math.ceil(keys.length / beats);
		for (let at = 0; at < keys.length; at += size) {
			await this.press(keys.slice(at, at + size));
			if (slowly) await sleep(BEAT_MS, undefined, { signal });
		}
		// After the echo, everything that is printed is the command's own.
		const last = squeezed(lines.at(-1) ?? "");
		await this.#until(() => squeezed(this.#heard).endsWith(last), signal, ECHO_MS);
	}

	/** Presses Enter. */
	async enter(): Promise<void> {
		this.#heard = "";
		await this.press(ENTER);
	}

	/** Settles when the prompt is there. */
	async prompted(signal: AbortSignal): Promise<void> {
		await this.#until(() => this.isPrompted, signal);
	}

	/** Whether the output ends with the prompt: the shell waits for a command. */
	get isPrompted(): boolean {
		return plain(this.#heard.slice(-1_000)).endsWith(this.prompt);
	}

	async #until(holds: () => boolean, signal: AbortSignal, patienceMs = LONGEST_MS): Promise<void> {
		const wake = () => this.#changed();
		// This timer must not keep the process alive.
		const late = setTimeout(wake, patienceMs).unref();
		const endMs = performance.now() + patienceMs - 1;
		signal.addEventListener("abort", wake);
		try {
			while (!holds() && performance.now() < endMs) {
				signal.throwIfAborted();
				await new Promise<void>((resolve) => {
					this.#changed = resolve;
				});
			}
		} finally {
			clearTimeout(late);
			signal.removeEventListener("abort", wake);
		}
	}
}

const plain = (text: string) => stripVTControlCharacters(text).replaceAll("\r", "");
// Removes what shells print to wrap a line that is too long for the terminal. Some shells print a blank and go back
// over it. Bash prints the next line's first character, goes back over it, and prints it again.
const squeezed = (text: string) => plain(text.replaceAll(/.\r(?!\n)/g, "")).replaceAll(/[\s\b]/g, "");
