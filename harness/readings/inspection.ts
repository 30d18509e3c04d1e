import { type HostState, type ProcessState, SUBJECTS } from "./index.ts";
import { type Row, SECTIONS } from "./subject.ts";

/** Host and container side by side, as the kernel shows them while the command runs. */
export interface Section {
	title: string;
	rows: Row[];
}

/** Compares a command with the host that it runs on. A section of which the lesson reads nothing is left out. */
export function compareWithHost(host: HostState, container: ProcessState): Section[] {
	const subjects = Object.values(SUBJECTS);
	return SECTIONS.map((title) => ({
		title,
		rows: subjects.flatMap((one) => (one.section === title ? (one.rows?.(host, container) ?? []) : [])),
	})).filter(({ rows }) => rows.length > 0);
}
