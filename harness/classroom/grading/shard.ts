import { createHash } from "node:crypto";
import * as v from "valibot";
import { hashOf } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { readThroughLinks } from "../../base/regular-file.ts";
import { compareNames, harmless } from "../results/harmless.ts";
import { ClassReport } from "../results/result.ts";
import { compared, withoutSketches } from "../similarity/comparison.ts";

/** A part of a class: the i-th of n, from 1. */
export type Shard = ClassReport["shard"];

export const WHOLE_CLASS: Shard = { index: 1, of: 1 };

/** Reads `2/5`. @throws {Failure} usage */
export function parseShard(text: string): Shard {
	const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
	if (index === undefined || of === undefined || index < 1 || index > of)
		throw new Failure(
			"usage",
			`--shard ${JSON.stringify(text)} is not a part of a class`,
			"--shard 2/5, the second of five",
		);
	return { index, of };
}

/** Whether a submission is in a shard. It is in exactly one, which depends on its name and not on other submissions. */
export function isInShard({ index, of }: Shard, name: string): boolean {
	return createHash("sha256").update(name).digest().readUInt32BE() % of === index - 1;
}

/** Key of a class: it depends on the names of all submissions. */
export const classKey = (names: readonly string[]): string => hashOf("class 1", names.toSorted());

/** Largest report: enough for a class of a thousand, with all explanations. */
const REPORT_BYTES_MAX = 64 << 20;
/** Largest size of all reports together. */
const REPORTS_BYTES_MAX = 256 << 20;

/**
 * Reads the reports that `grade --format json` has written.
 * @throws {Failure} usage: a file cannot be read, or is not such a report, or the files are too large
 */
export async function readReports(files: readonly string[]): Promise<ClassReport[]> {
	const reports: ClassReport[] = [];
	let left = REPORTS_BYTES_MAX;
	// Reads one file after the other, so that only one text is in memory.
	for (const file of files) {
		const limit = Math.min(left, REPORT_BYTES_MAX);
		const bytes = await readThroughLinks(file, limit).catch((cause: NodeJS.ErrnoException) => {
			throw new Failure("usage", `${file} cannot be read: ${cause.code ?? cause.message}`, undefined, { cause });
		});
		left -= bytes.length;
		reports.push(reportIn(bytes.toString(), file));
	}
	return reports;
}

function reportIn(text: string, file: string): ClassReport {
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), ClassReport), text, { abortEarly: true });
	if (parsed.success) return parsed.output;
	const [issue] = parsed.issues;
	const problem = harmless(`${v.getDotPath(issue) ?? "all of it"}: ${issue.message}`, 200);
	throw new Failure("usage", `${file} is not what drydock grade --format json writes: ${problem}`, SHARD_COMMAND);
}

const SHARD_COMMAND = "npx drydock grade DIR --shard 1/2 --format json --out 1.json";

/**
 * Merges the reports of all shards of one class, and compares the modules of all shards.
 * @param files names of the reports, for error messages
 * @throws {Failure} usage: there are no reports; a shard is missing or given twice; the reports differ in their number
 * of shards, class, kit, lessons, scoring or visibility; or their submissions are not those of the class or the shard
 */
export function mergeReports(reports: readonly ClassReport[], files: readonly string[]): ClassReport {
	const [first] = reports;
	if (first === undefined) throw new Failure("usage", "there is nothing to merge", SHARD_COMMAND);
	const fileOf = new Map<number, string>();
	for (const [at, report] of reports.entries()) {
		const [one, other] = [files[0], files[at] ?? ""];
		const refuse = (what: string) => {
			throw new Failure("usage", `${one} and ${other} cannot be merged: ${what}`);
		};
		if (report.shard.of !== first.shard.of)
			refuse(`one is of ${first.shard.of} shards, the other of ${report.shard.of}`);
		if (report.class.key !== first.class.key) refuse("their submissions are not of the same class");
		if (hashOf(report.lessons) !== hashOf(first.lessons)) refuse("their lessons are not the same");
		if (report.scoring !== first.scoring || report.visibility !== first.visibility)
			refuse("their class files or options are not the same");
		if (report.kit !== first.kit) refuse("they were judged by different versions of drydock");
		const { index, of } = report.shard;
		const twin = fileOf.get(index);
		if (twin !== undefined) throw new Failure("usage", `${twin} and ${other} are both shard ${index} of ${of}`);
		fileOf.set(index, other);
	}
	const { of } = first.shard;
	const missing = Array.from({ length: of }, (_, at) => at + 1).filter((index) => !fileOf.has(index));
	if (missing.length > 0)
		throw new Failure("usage", `of ${of} shards, ${listed(missing)} ${missing.length === 1 ? "is" : "are"} missing`);
	const submissions = reports.flatMap((report) => report.submissions).sort((a, b) => compareNames(a.name, b.name));
	if (
		submissions.length !== first.class.submissions ||
		new Set(submissions.map(({ name }) => name)).size !== submissions.length
	)
		throw new Failure(
			"usage",
			`the class has ${first.class.submissions} submissions, the files ${submissions.length}`,
			SHARD_COMMAND,
		);
	for (const [at, { shard, submissions: theirs }] of reports.entries()) {
		const other = theirs.find(({ name }) => !isInShard(shard, name));
		if (other === undefined) continue;
		throw new Failure("usage", `${files[at]} has a submission that is not in its shard: ${other.name}`, SHARD_COMMAND);
	}
	if (classKey(submissions.map(({ name }) => name)) !== first.class.key)
		throw new Failure("usage", `the submissions in ${files.join(", ")} are not those of the class`, SHARD_COMMAND);
	const durationMs = Math.max(...reports.map((report) => report.durationMs));
	// A whole class has been compared already, and its report has no sketches any more.
	if (of === 1) return { ...first, submissions };
	const all = compared(submissions, first.lessons);
	return { ...first, shard: WHOLE_CLASS, ...all, submissions: withoutSketches(all.submissions), durationMs };
}

const listed = (numbers: readonly number[]) =>
	numbers.length <= 20 ? numbers.join(", ") : `${numbers.slice(0, 20).join(", ")} and ${numbers.length - 20} more`;
