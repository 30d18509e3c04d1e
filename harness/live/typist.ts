import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";

/** How long typing a line may take at most, and one key. */
const LINE_MS = 1_600;
const KEY_MS = 35;
const BEAT_MS = 50;
/** An echo that has not come by then is not waited for any longer. */
const ECHO_MS = 5_000;
/** For ever, to a timer. */
const LONGEST_MS = 2 ** 31 - 1;
/** Of what a shell prints, this much is looked at. */
const LISTENED_CHARS = 1 << 20;
const ENTER = "\r";

/**
 * Types commands into a shell as a person does, and listens to what comes of them.
 *
 * A command has come to its end when the shell's prompt is there again: also that of a shell that the command is, as
 * every shell of a stage has the same.
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

	/** What has been printed since the last command's end of line, as a text. */
	get said(): string {
		const text = plain(this.#heard).replace(/^\n/, "");
		return text.endsWith(this.prompt) ? text.slice(0, -this.prompt.length) : text;
	}

	/** Types a command's lines; the last is not yet ended. */
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
		// What is printed after this is the command's own.
		const last = squeezed(lines.at(-1) ?? "");
		await this.#until(() => squeezed(this.#heard).endsWith(last), signal, ECHO_MS);
	}

	/** Ends the line. */
	async enter(): Promise<void> {
		this.#heard = "";
		await this.press(ENTER);
	}

	/** Settles when the prompt is there. */
	async prompted(signal: AbortSignal): Promise<void> {
		await this.#until(() => this.isPrompted, signal);
	}

	/** Whether the shell waits for a command. */
	get isPrompted(): boolean {
		return plain(this.#heard.slice(-1_000)).endsWith(this.prompt);
	}

	async #until(holds: () => boolean, signal: AbortSignal, patienceMs = LONGEST_MS): Promise<void> {
		const wake = () => this.#changed();
		// What waits for ever keeps no process from its end.
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
// Where a line is too long for the terminal, some shells write a blank and go back over it; bash writes the next line's
// first character, goes back over that, and writes it again.
const squeezed = (text: string) => plain(text.replaceAll(/.\r(?!\n)/g, "")).replaceAll(/[\s\b]/g, "");
