import { listed } from "./phrases.ts";
import { MODES, processesText, terminalText } from "./terminal-changes.ts";
import type { ProcessGroup, TerminalPicture, TerminalProcess, TerminalsPicture } from "./terminals-picture.ts";

/**
 * The terminals as lines of text: each with its master and its session, and with one line per process group. Ends
 * with the latest change, if any.
 */
export function terminalsInWords({ terminals, latestChange }: TerminalsPicture): string[] {
	const lines = terminals.length === 0 ? ["No process has a terminal."] : terminals.flatMap(terminalInWords);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}

function terminalInWords(terminal: TerminalPicture): string[] {
	const { file, isHosts, rows, columns, mode, leader, groups, masters, foreignUsers } = terminal;
	const title = `${file} of ${isHosts ? "the host" : "a container"}${terminal.shell === null ? "" : `, ${terminalText(terminal)}`}`;
	return [
		`${title}: ${rows} rows, ${columns} columns${mode === null ? "" : `, ${mode}: it ${MODES[mode]}`}`,
		`  master: ${masters.length === 0 ? "outside of the machine, where this window is" : listed(masters.map(named))}`,
		`  session: ${leader === null ? "none" : `led by ${named(leader)}`}`,
		...groups.map((group) => `    ${groupText(group)}`),
		...(foreignUsers.length === 0 ? [] : [`  also open in other sessions: ${listed(foreignUsers.map(named))}`]),
	];
}

function groupText({ id, processes, isForeground }: ProcessGroup): string {
	return `group ${id}${isForeground ? ", in the foreground" : ""}: ${processesText(processes)}`;
}

const named = ({ name, pid, innerPid }: TerminalProcess) =>
	`${name} (${pid}${innerPid === null ? "" : `, ${innerPid} in the container`})`;
