import type { KernelState, ShellName, Size } from "../events.ts";
import { lastLines, promptOf } from "../shells.ts";
import { CommandTypist } from "./command-typist.ts";
import { untilWaitingForKeys } from "./wait-for-keys.ts";

/** The reason with which `stop` is aborted when the demo need not wait for a command any more. */
export const STOPPED = new Error("something else was asked for");

const OVER = new Error("the command is over");

interface PlayOptions {
	slowly: boolean;
	stop: AbortController;
	foreground: () => KernelState["shells"][string];
	onTyped: () => Promise<void>;
}

/** One of a demo's two shells, as the demo knows it: what it has shown, and how commands are typed into it. */
export class DemoShell {
	readonly typist: CommandTypist;
	/** The end of its output, to be shown again when the demo goes back. */
	shown = "";
	#decoder = new TextDecoder();

	constructor(
		name: ShellName,
		public size: Size,
		press: (keys: string) => Promise<void>,
	) {
		this.typist = new CommandTypist(promptOf(name), press);
	}

	/** Decodes the next piece of output. @param data base64; a character's bytes may come in two pieces */
	decode(data: string): string {
		return this.#decoder.decode(Buffer.from(data, "base64"), { stream: true });
	}

	addOutput(text: string): void {
		this.shown = lastLines(this.shown + text);
		this.typist.addOutput(text);
	}

	/**
	 * Types a command, and waits until it is over: until the prompt is back, or the command waits for keys.
	 * @param options.stop stops the waiting; aborted at the end in any case
	 * @param options.foreground returns what the kernel shows of the process that gets what is typed into the shell
	 * @param options.onTyped called before Enter is pressed
	 * @returns what the command has printed
	 */
	async play(command: string, { slowly, stop, foreground, onTyped }: PlayOptions): Promise<string> {
		const { signal } = stop;
		const isAtPrompt = this.typist.isPrompted;
		try {
			await this.typist.type(command, { slowly, signal });
			await onTyped();
			await this.typist.pressEnter();
			await this.typist.waitForOutput(signal);
			// If the prompt was there before the command was typed, the last reading may be older than Enter: it may still show
			// the shell as it waited for the command, or even the process that was in the foreground before. So only later
			// readings count. If there was no prompt, the command is a line for a program that an earlier step has left
			// running. The step is done when that program waits for keys again. Then perhaps nothing changes, and no later
			// reading comes. So in this case the last reading counts, too.
			const old = isAtPrompt ? foreground() : undefined;
			const next = () => (foreground() === old ? null : foreground());
			await Promise.race([this.typist.waitForPrompt(signal), untilWaitingForKeys(next, old?.pid, signal)]);
			return this.typist.output;
		} finally {
			stop.abort(OVER);
		}
	}

	/** Goes back to the moment when the shell had shown this output. */
	goBack(shown: string): void {
		this.shown = shown;
		this.#decoder = new TextDecoder();
		this.typist.addOutput(shown);
	}
}
