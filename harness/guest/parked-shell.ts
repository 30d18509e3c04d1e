import { spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import type { WindowSize } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { signal } from "./harbour.ts";
import { startOnTerminal, type TerminalProgram } from "./interlocutor.ts";

/** What to start for a person at a terminal. */
export const SHELL = "bash";

const RC_FILE = `${HARBOUR_ROOT}/root/.bashrc`;
/** A named pipe, as the harbour names it. */
const NEXT_FILE = "/run/drydock/shell";
// Its editor's commands are of no interest; to name them, it starts its editor.
const RC = `bind -l > /dev/null; . ${NEXT_FILE}`;
const BEFORE_ANY_WINDOW: WindowSize = { columns: 80, rows: 24 };

/**
 * A shell that has started on its terminal, and waits in the snapshot before it reads ~/.bashrc. So it is not started in
 * a restored machine, where in emulation each of its instructions would have to be translated first.
 */
export class ParkedShell {
	private constructor(
		private readonly program: TerminalProgram,
		private readonly nextFile: number,
	) {}

	/** Starts one and waits until it waits. */
	static park(): ParkedShell {
		const pipe = `${HARBOUR_ROOT}${NEXT_FILE}`;
		spawnSync("mkfifo", [pipe]);
		writeFileSync(RC_FILE, RC);
		const program = startOnTerminal({ argv: [SHELL], environment: { LANG: "C.UTF-8" } }, BEFORE_ANY_WINDOW);
		// Returns when the shell has opened the other end; see fifo(7).
		const nextFile = openSync(pipe, "w");
		for (const file of [pipe, RC_FILE]) rmSync(file);
		return new ParkedShell(program, nextFile);
	}

	/** Has it go on, as one that is started now would: with this environment beside its own, and with ~/.bashrc. */
	begin(environment: Record<string, string>, window: WindowSize): TerminalProgram {
		this.program.resize(window);
		const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
		writeSync(this.nextFile, `${exports.join("")}[ ! -e ~/.bashrc ] || . ~/.bashrc\n`);
		closeSync(this.nextFile);
		return this.program;
	}

	/** Ends it where it is not needed, and gives its terminal back. */
	async end(): Promise<void> {
		const pid = await this.program.pid;
		if (pid !== null) signal(pid, "SIGKILL");
		for (const { chunks } of this.program.outputs) for await (const _ of chunks);
		closeSync(this.nextFile);
	}
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
