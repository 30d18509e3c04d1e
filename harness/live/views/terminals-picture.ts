import type { ShellName } from "../events.ts";
import type { Picture } from "./past.ts";

/** A process that has something to do with a terminal. */
export interface TerminalProcess {
	pid: number;
	name: string;
	/** Its pid in the innermost PID namespace; null on the host. */
	innerPid: number | null;
}

/** A process group of a session. */
export interface ProcessGroup {
	/** The id of the group on the host: its leader's pid. */
	id: number;
	processes: TerminalProcess[];
	/** It is in the terminal's foreground: it may read, and Ctrl-C is for it. */
	isForeground: boolean;
	/** It has just come to the foreground. */
	isNewInForeground: boolean;
}

export interface TerminalPicture {
	key: string;
	/** The path of its slave, as the processes of its session see it: "/dev/pts/0". */
	file: string;
	/** Its file is in the host's devpts; otherwise in a container's. */
	isHosts: boolean;
	/** The demo's shell whose terminal it is; null for other terminals. */
	shell: ShellName | null;
	/** Its size; 0 if it is not known. */
	rows: number;
	columns: number;
	/**
	 * What the terminal does with keys. Line by line: it collects a line and echoes it. Key by key: a program edits the
	 * line, and Ctrl-C is still a signal. Raw: it passes on everything. Null if it is not known.
	 */
	mode: "line by line" | "key by key" | "raw" | null;
	/** The leader of the session whose controlling terminal it is; null if there is none. */
	leader: TerminalProcess | null;
	groups: ProcessGroup[];
	/** Processes that have its other end, the master, open. If there are none, a process outside the machine has it. */
	masters: TerminalProcess[];
	/** Processes of other sessions that have it open. */
	foreignUsers: TerminalProcess[];
	/** The key of another terminal: a process of that terminal's session has this one's master. Null if there is none. */
	parent: string | null;
	isNew: boolean;
}

export interface TerminalsPicture extends Picture {
	/** Each terminal comes before those that have it as their `parent`. */
	terminals: TerminalPicture[];
	/** The key of the terminal that the sentence on the latest change is about; null for none. */
	changedKey: string | null;
}
