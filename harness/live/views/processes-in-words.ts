import { theShell } from "./phrases.ts";
import type { ProcessesPicture, ProcessRow } from "./processes.ts";

/**
 * The tree of processes as lines of text, one line per row, with the pid on the host and the pids inside. A row of
 * several processes has the first one's pid and their number. Ends with the latest change, if any.
 */
export function processesInWords({ rows, latestChange }: ProcessesPicture): string[] {
	return [...rows.map(lineOf), ...(latestChange === "" ? [] : [latestChange])];
}

/** What the text says of a process besides its name and its pids. */
export function marksOf({ ofShell, isShell, isDeaf, zombie, change, lostParent }: ProcessRow): string[] {
	const marks = [
		isShell && ofShell !== null && theShell(ofShell),
		zombie && "zombie",
		isDeaf && "discards SIGTERM from inside",
		lostParent !== null && `orphan of ${lostParent.name}`,
		change === "ended" && "has ended",
		change === "new" && "new",
	];
	return marks.filter((mark) => mark !== false);
}

function lineOf(row: ProcessRow): string {
	const inner = row.innerPids.toReversed().map((pid) => `${pid} inside`);
	const many = row.pids.length > 1 ? ` × ${row.pids.length}` : "";
	const numbers = [`${row.pids[0]} on the host`, ...inner].join(", ");
	const marks = marksOf(row);
	return `${"  ".repeat(row.depth)}${row.name}${many} (${numbers})${marks.length === 0 ? "" : `: ${marks.join(", ")}`}`;
}
