import { listed, sentence, theShell } from "./phrases.ts";
import type { TerminalPicture, TerminalProcess } from "./terminals-picture.ts";

interface TerminalChange {
	text: string;
	/** The key of the terminal that the text is about, or of the parent of one that is gone; null for none. */
	key: string | null;
}

/** The most important change, in one sentence; null if nothing has changed. */
export function terminalChangeOf(
	before: readonly TerminalPicture[],
	now: readonly TerminalPicture[],
): TerminalChange | null {
	return (
		newForeignUser(before, now) ??
		newTerminal(before, now) ??
		lostTerminal(before, now) ??
		newGroup(before, now) ??
		newSettings(before, now)
	);
}

/** "the terminal of the host's shell", "the container's terminal /dev/pts/0". */
export function terminalText({ shell, isHosts, file }: TerminalPicture): string {
	if (shell !== null) return `the terminal of ${theShell(shell)}`;
	return `${isHosts ? "the host's" : "the container's"} terminal ${file}`;
}

/** "box", "box and sh", "box × 3". */
export function processesText(processes: readonly TerminalProcess[]): string {
	const names = [...new Set(processes.map(({ name }) => name))];
	const times = (name: string) => processes.filter((one) => one.name === name).length;
	return listed(names.map((name) => (times(name) === 1 ? name : `${name} × ${times(name)}`)));
}

/** What a terminal does with keys, as a sentence's end. */
export const MODES: Record<NonNullable<TerminalPicture["mode"]>, string> = {
	"line by line": "collects a line before a program gets it",
	"key by key": "passes on every key; Ctrl-C is still a signal",
	raw: "passes on every key, and Ctrl-C, too",
};

function newForeignUser(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalChange | null {
	for (const terminal of now) {
		const old = before.find(({ key }) => key === terminal.key);
		const fresh = terminal.foreignUsers.find(({ pid }) => old?.foreignUsers.every((one) => one.pid !== pid) === true);
		if (fresh === undefined) continue;
		const text = `another session's ${fresh.name} has ${terminalText(terminal)} open: what it writes appears there`;
		return { text: sentence(text), key: terminal.key };
	}
	return null;
}

function newTerminal(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalChange | null {
	const terminal = now.find(({ key }) => before.every((other) => other.key !== key));
	if (terminal === undefined) return null;
	const place = terminal.isHosts ? "the host's /dev/pts" : "a /dev/pts of the container's own";
	const master = terminal.masters.length === 0 ? "" : `; ${processesText(terminal.masters)} on the host has its master`;
	const leader = terminal.leader === null ? "" : `, and ${terminal.leader.name} leads its session`;
	return {
		text: sentence(`there is a new terminal, ${terminal.file}, in ${place}${master}${leader}`),
		key: terminal.key,
	};
}

function lostTerminal(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalChange | null {
	const gone = before.find(({ key }) => now.every((other) => other.key !== key));
	if (gone === undefined) return null;
	const parent = now.find(({ key }) => key === gone.parent);
	const was = before.find(({ key }) => key === gone.parent);
	const back =
		parent !== undefined && was?.mode === "raw" && parent.mode !== "raw"
			? `; ${terminalText(parent)} is as it was before`
			: "";
	return { text: sentence(`${terminalText(gone)} is gone${back}`), key: parent?.key ?? null };
}

function newGroup(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalChange | null {
	for (const terminal of now) {
		const old = before.find(({ key }) => key === terminal.key);
		const fresh = terminal.groups.find(({ id, isForeground }) =>
			old?.groups.every((other) => other.id !== id || (isForeground && !other.isForeground)),
		);
		if (fresh === undefined) continue;
		const who = `group ${fresh.id} (${processesText(fresh.processes)})`;
		const text = fresh.isForeground
			? `${who} is in the foreground of ${terminalText(terminal)} now: keys and Ctrl-C are for it`
			: `${who} is in the background of ${terminalText(terminal)}: no key and no Ctrl-C is for it`;
		return { text: sentence(text), key: terminal.key };
	}
	return null;
}

function newSettings(before: readonly TerminalPicture[], now: readonly TerminalPicture[]): TerminalChange | null {
	for (const terminal of now) {
		const old = before.find(({ key }) => key === terminal.key);
		if (old === undefined || terminal.mode === null) continue;
		if (old.rows !== terminal.rows || old.columns !== terminal.columns) {
			const size = `${terminal.rows} rows and ${terminal.columns} columns`;
			return { text: sentence(`${terminalText(terminal)} has ${size} now`), key: terminal.key };
		}
		if (old.mode !== terminal.mode)
			return { text: sentence(`${terminalText(terminal)} ${MODES[terminal.mode]} now`), key: terminal.key };
	}
	return null;
}
