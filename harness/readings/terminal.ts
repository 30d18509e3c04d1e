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
	/** Processes in the container's PID namespace that have the engine's terminal open. */
	callers: list(text),
});

const process = {
	/** Null if it was not asked for, and in recordings from before it was read. */
	terminal: v.optional(v.nullable(Terminal), null),
};

/** Session, process group and terminal of a process. */
export const terminal: Subject<Record<never, never>, typeof process> = { host: {}, process };

export const terminalInspection: Inspection<typeof terminal> = {
	section: "processes",
	rows: (_, { terminal }) => {
		if (terminal === null) return [];
		const { stdin, controlling, session } = terminal;
		const size = stdin === null ? "none" : `${stdin.number}, ${stdin.rows} rows, ${stdin.columns} columns`;
		return [
			containerRow("session", String(session)),
			containerRow("terminal", controlling === "0:0" ? "none" : controlling),
			containerRow("stdin", size),
		];
	},
};
