import { MODES, processesText, terminalText } from "./terminal-changes.ts";
import type { ProcessGroup, TerminalPicture, TerminalProcess, TerminalsPicture } from "./terminals-picture.ts";

/** The terminals as lines of text: each with its session, a process group a line, and both ends. */
export function terminalsInWords({ terminals, latestChange }: TerminalsPicture): string[] {
	const lines = terminals.length === 0 ? ["No process has a terminal."] : terminals.flatMap(terminalInWords);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}

function terminalInWords(terminal: TerminalPicture): string[] {
	const { file, isHosts, rows, columns, mode, leader, groups, masters, strangers } = terminal;
	const title = `${file} of ${isHosts ? "the host" : "a container"}${terminal.shell === null ? "" : `, ${terminalText(terminal)}`}`;
	return [
		`${title}: ${rows} rows, ${columns} columns${mode === null ? "" : `, ${mode}: it ${MODES[mode]}`}`,
		`  master: ${masters.length === 0 ? "outside of the machine, where this window is" : masters.map(named).join(", ")}`,
		`  session: ${leader === null ? "none" : `led by ${named(leader)}`}`,
		...groups.map((group) => `    ${groupText(group)}`),
		...(strangers.length === 0 ? [] : [`  also open in other sessions: ${strangers.map(named).join(", ")}`]),
	];
}

function groupText({ id, processes, isForeground }: ProcessGroup): string {
	return `group ${id}${isForeground ? ", in the foreground" : ""}: ${processesText(processes)}`;
}

const named = ({ name, pid, innerPid }: TerminalProcess) =>
	`${name} (${pid}${innerPid === null ? "" : `, ${innerPid} in the container`})`;
