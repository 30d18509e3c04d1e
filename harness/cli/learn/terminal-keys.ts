import { EventEmitter } from "node:events";
import { startTerminalRestorer } from "../text/terminal-restorer.ts";

/**
 * Single keys from a terminal. The terminal is in raw mode while this listens: then it echoes nothing, and no line has
 * to be finished. Ctrl-D and the end of the input count as `q`. Node restores the terminal when the process ends. After
 * a SIGKILL, the process of terminal-restorer.ts does.
 */
export class TerminalKeys extends EventEmitter<{ key: [name: string] }> {
	readonly #stdin = process.stdin;
	readonly #onData = (bytes: Buffer) => this.#take(bytes.toString("utf8"));
	/** Takes the terminal again: Ctrl-Z had stopped this process. */
	readonly #onContinue = () => this.#raw(true);
	#stopRestorer = () => {};

	/** Takes the terminal. */
	listen(): void {
		if (this.#stdin.isTTY) this.#stopRestorer = startTerminalRestorer("sane");
		this.#raw(true);
		this.#stdin.on("data", this.#onData);
		this.#stdin.once("end", this.#onEnd);
		process.on("SIGCONT", this.#onContinue);
		this.#stdin.resume();
	}

	/** Gives the terminal back, so that another program or a question can use it. */
	pause(): void {
		this.#stdin.off("data", this.#onData);
		this.#stdin.off("end", this.#onEnd);
		process.off("SIGCONT", this.#onContinue);
		this.#raw(false);
		this.#stopRestorer();
		this.#stdin.pause();
	}

	readonly #onEnd = () => this.emit("key", "q");

	#raw(on: boolean): void {
		// A closed terminal has no mode to set.
		if (this.#stdin.isTTY && !this.#stdin.destroyed) this.#stdin.setRawMode(on);
	}

	#take(text: string): void {
		// An arrow or a function key consists of several characters. None of those keys means anything here.
		if (text.startsWith("\u001b")) return;
		for (const key of text) {
			if (key === "\u0003") process.kill(process.pid, "SIGINT");
			else if (key === "\u0004") this.emit("key", "q");
			else if (key === "\u001a") this.#stop();
			else this.emit("key", key);
		}
	}

	#stop(): void {
		this.#raw(false);
		process.kill(process.pid, "SIGTSTP");
	}
}
