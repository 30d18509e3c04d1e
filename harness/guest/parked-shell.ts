import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import type { WindowSize } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { sendSignal } from "./harbour.ts";
import { startOnTerminal, type TerminalProgram } from "./running-program.ts";

/** The program to start for a person at a terminal. */
export const SHELL = "bash";

/** Where {@link RC} is until the shell has read it. */
const RC_FILE = `${HARBOUR_ROOT}/root/.bashrc`;
/** The path of a named pipe in the harbour. */
const START_FIFO = "/run/drydock/shell";
// `bind -l` makes bash start its line editor. The names that it prints are not needed.
const RC = `bind -l > /dev/null; . ${START_FIFO}`;
const PARKED_WINDOW: WindowSize = { columns: 80, rows: 24 };

/**
 * A shell that has started on its terminal, and waits in the snapshot before it reads ~/.bashrc. So a restored machine
 * does not have to start a shell: a QEMU that emulates the processor would first have to translate each instruction.
 */
export class ParkedShell {
	private constructor(
		private readonly program: TerminalProgram,
		private readonly startFifo: number,
	) {}

	/** Starts a shell and waits until it is parked. */
	static park(): ParkedShell {
		const pipe = `${HARBOUR_ROOT}${START_FIFO}`;
		spawnSync("mkfifo", [pipe]);
		writeFileSync(RC_FILE, RC);
		const program = startOnTerminal({ argv: [SHELL], environment: { LANG: "C.UTF-8" } }, PARKED_WINDOW);
		// Returns when the shell has opened the other end; see fifo(7).
		const startFifo = openSync(pipe, "w");
		for (const file of [pipe, RC_FILE]) rmSync(file);
		return new ParkedShell(program, startFifo);
	}

	/**
	 * Lets the shell go on as if it had been started now: with these variables in addition to its own, and with
	 * ~/.bashrc.
	 */
	start(environment: Record<string, string>, window: WindowSize): TerminalProgram {
		this.program.resize(window);
		const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
		writeSync(this.startFifo, `${exports.join("")}[ ! -e ~/.bashrc ] || . ~/.bashrc\n`);
		closeSync(this.startFifo);
		return this.program;
	}

	/** Kills a shell that is not needed, and closes its terminal. */
	async end(): Promise<void> {
		const pid = await this.program.pid;
		if (pid !== null) sendSignal(pid, "SIGKILL");
		for (const { chunks } of this.program.outputs) for await (const _ of chunks);
		closeSync(this.startFifo);
	}
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
