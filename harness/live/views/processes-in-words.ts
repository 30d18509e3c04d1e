import { theShell } from "./phrases.ts";
import type { ProcessesPicture, ProcessRow } from "./processes.ts";

/** The tree of processes as lines of text, a process a line, with its pid on the host and its pid inside. */
export function processesInWords({ rows, latestChange }: ProcessesPicture): string[] {
	return [...rows.map(lineOf), ...(latestChange === "" ? [] : [latestChange])];
}

function lineOf(row: ProcessRow): string {
	const { name, pids, innerPids, depth, ofShell, isShell, zombie, change, lostParent } = row;
	const inner = innerPids.toReversed().map((pid) => `${pid} inside`);
	const marks = [
		isShell && ofShell !== null && theShell(ofShell),
		zombie && "zombie",
		row.isDeaf && "discards signals from inside",
		lostParent !== null && `orphan of ${lostParent.name}`,
		change === "ended" && "has ended",
		change === "new" && "new",
	].filter((mark) => mark !== false);
	const many = pids.length > 1 ? ` × ${pids.length}` : "";
	const numbers = [`${pids[0]} on the host`, ...inner].join(", ");
	return `${"  ".repeat(depth)}${name}${many} (${numbers})${marks.length === 0 ? "" : `: ${marks.join(", ")}`}`;
}
