import type { MountRow, MountsPicture, MountTable } from "./mounts.ts";
import type { ShownProcess } from "./namespaces.ts";
import { listed, theUserOf } from "./phrases.ts";

/** The mount tables as lines of text, one line per mount. Ends with the latest change, if any. */
export function mountsInWords({ tables, latestChange }: MountsPicture): string[] {
	return [...tables.flatMap(tableInWords), ...(latestChange === "" ? [] : [latestChange])];
}

/** "the host and the host's shell". */
export const ownersOf = ({ of, own }: Pick<MountTable, "of" | "own">): string =>
	listed(of.map((process) => ownerOf(process, own)));

const ownerOf = (process: ShownProcess, own: boolean) => (process === "init" ? "the host" : theUserOf(process, own));

function tableInWords(table: MountTable): string[] {
	const gone = table.gone.map((mountPoint) => `  ${mountPoint}: gone`);
	return [`${ownersOf(table)}:`, ...table.rows.map((row) => lineOf(row, table.rows)), ...gone];
}

function lineOf(
	{ name, depth, content, readOnly, propagation, leaks, change, hiddenBy }: MountRow,
	rows: readonly MountRow[],
): string {
	const hiding = rows.find(({ key }) => key === hiddenBy)?.name;
	const marks = [
		propagation,
		readOnly && "read-only",
		leaks && "leaks",
		change,
		hiding !== undefined && `hidden by ${hiding}`,
	];
	return `${"  ".repeat(depth + 1)}${name} (${content}): ${marks.filter(Boolean).join(", ")}`;
}
