import * as v from "valibot";
import { count, device, list, text } from "./bounded-schemas.ts";
import { containerRow, type Inspection, type Subject } from "./subject.ts";

const Terminal = v.object({
	/** Process group and session, as the host numbers them. */
	group: count,
	session: count,
	/** The session's controlling terminal as major:minor; 0:0 if it has none. See proc_pid_stat(5): tty_nr. */
	controlling: device,
	/** The process group in that terminal's foreground; null if there is none. */
	foreground: v.nullable(count),
	/**
	 * The terminal at descriptor 0: its number, the file system that its file is in, and its size. Null if there is none.
	 */
	stdin: v.nullable(v.object({ number: device, device, rows: count, columns: count })),
	/** The names of the container's processes that have one of the engine's terminals open. */
	callers: list(text),
});

/** An open end of a pseudo-terminal. */
const End = v.object({
	/** The terminal's number, and the devpts file system that its file is in. */
	number: device,
	device,
	end: v.picklist(["master", "slave"]),
});

/** A process that has a terminal: as its controlling terminal, or open. */
const TerminalUser = v.object({
	pid: count,
	group: count,
	session: count,
	/** As in {@link Terminal}. */
	controlling: device,
	foreground: v.nullable(count),
	open: list(End),
});
export type TerminalUser = v.InferOutput<typeof TerminalUser>;

/** The size and the settings of a pseudo-terminal, as its slave has them. */
const TerminalSettings = v.object({
	number: device,
	device,
	rows: count,
	columns: count,
	/** Those of ICANON, ECHO and ISIG that are set. A raw terminal has none of them. See termios(3). */
	set: list(text),
});
export type TerminalSettings = v.InferOutput<typeof TerminalSettings>;

const host = {
	/** Null if it was not asked for, and in recordings from before it was read. */
	terminals: v.optional(v.nullable(v.object({ users: list(TerminalUser), settings: list(TerminalSettings) })), null),
};
const process = {
	/** Null if it was not asked for, and in recordings from before it was read. */
	terminal: v.optional(v.nullable(Terminal), null),
};

/** Asks for the session, process group and terminal of each process that is read. */
export interface TerminalRequest {
	/** Also asks for all terminals of the host, and for the processes that have them. */
	everywhere?: true;
}

export const terminal: Subject<typeof host, typeof process> = { host, process };

export const terminalInspection: Inspection<typeof terminal> = {
	section: "processes",
	rows: (_, { terminal }) => {
		if (terminal === null) return [];
		const { stdin, controlling, session, group, foreground, callers } = terminal;
		const size = stdin === null ? "none" : `${stdin.number}, ${stdin.rows} rows, ${stdin.columns} columns`;
		return [
			containerRow("session", String(session)),
			containerRow("process group", foreground === group ? `${group}, in the foreground` : String(group)),
			containerRow("terminal", controlling === "0:0" ? "none" : controlling),
			containerRow("stdin", size),
			containerRow(
				"caller's terminal",
				callers.length === 0 ? "not open in the container" : `open in ${callers.join(", ")}`,
			),
		];
	},
};
