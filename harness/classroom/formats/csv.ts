import { stringify } from "csv-stringify/sync";
import { type ClassReport, headline, type Late } from "../results/result.ts";

/**
 * The gradebook of a class as CSV (RFC 4180): a row for each lesson of each submission. A lesson that could not be judged
 * has no points, not zero. Cells that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function csv({ submissions, lessons }: ClassReport): string {
	const rows = submissions.flatMap(({ name, id, late, results }) =>
		results.map((result, at) => ({
			submission: name,
			id,
			lesson: result.lesson,
			points: result.points,
			max: lessons[at]?.weight,
			status: result.status,
			late: lateCell(late),
			"identical to": result.sameAs,
			file: result.file,
			finding: headline(result),
			note: result.note,
		})),
	);
	return stringify(rows, { header: rows.length > 0, record_delimiter: "windows", escape_formulas: true });
}

function lateCell(late: Late | null): string {
	if (late === null) return "";
	if (!late.isLate) return "no";
	const off = late.percentOff === 0 ? "" : `, ${late.percentOff} % off`;
	return `${late.minutes === null ? "yes" : `${late.minutes} min`}${off}`;
}
