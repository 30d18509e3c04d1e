import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hashOf } from "../../base/cache.ts";
import { EXIT, Failure } from "../../base/failure.ts";
import { makeDirectories } from "../../base/make-directories.ts";
import type { Style } from "../../base/text-layout.ts";
import type { ClassReport } from "../results/result.ts";
import { FORMATS, type Format } from "./formats.ts";
import { refuseSubmittedPath } from "./report-path.ts";
import { details, table } from "./table.ts";

/** File name ending of a report for a person. */
const TEXT_ENDING = ".txt";

export interface DeliveryOptions {
	format?: string;
	json?: boolean;
	out?: string;
	details?: boolean;
	exitZero?: boolean;
}

/** How a report is to be written. */
export interface Delivery {
	/** Null: text for a person. */
	format: Format | null;
	/** Where to write the report; null is standard output. */
	out: { path: string; isFolder: boolean } | null;
	/**
	 * Whether the text on standard output explains each submission's findings. It always explains those of a single
	 * submission.
	 */
	details: boolean;
	/** Whether the exit code is 0 whatever the verdicts are. */
	endsWithZero: boolean;
}

/**
 * Reads the options, and makes the folder for the reports. This happens before the grading begins, so that a report
 * that cannot be written is refused at once.
 * @param submissions number of submissions
 * @param dir the folder that is graded; null if reports are merged
 * @throws {Failure} usage
 */
export async function parseDeliveryOptions(
	options: DeliveryOptions,
	submissions: number,
	dir: string | null = null,
): Promise<Delivery> {
	const { json = false, format: name = json ? "json" : undefined, out: path } = options;
	const format = name === undefined ? null : (FORMATS as Record<string, Format>)[name];
	if (format === undefined)
		throw new Failure(
			"usage",
			`there is no format ${JSON.stringify(name)}`,
			`--format ${Object.keys(FORMATS).join("|")}`,
		);
	if (path !== undefined && dir !== null) await refuseSubmittedPath(dir, path, format?.ending ?? TEXT_ENDING);
	const isFolder = path !== undefined && (await wantsFolder(path, format, submissions));
	if (path === undefined && format?.holds === "submission" && submissions !== 1)
		throw new Failure(
			"usage",
			`${name} writes a file for each submission: name their folder with --out`,
			`--format ${name} --out results`,
		);
	if (path !== undefined)
		await makeDirectories(isFolder ? path : dirname(path)).catch((cause: NodeJS.ErrnoException) => {
			throw new Failure("usage", `nothing can be written to ${path} (${cause.code ?? cause.message})`, undefined, {
				cause,
			});
		});
	const out = path === undefined ? null : { path, isFolder };
	const { details = false, exitZero = false } = options;
	return { format, out, details, endsWithZero: exitZero || format?.endsWithZero === true };
}

// Whether `path` becomes a folder with a file for each submission. A format that holds a class is always one file.
async function wantsFolder(path: string, format: Format | null, submissions: number): Promise<boolean> {
	const existing = await stat(path).catch(() => null);
	if (format?.holds === "class") {
		if (existing?.isDirectory())
			throw new Failure("usage", `${path} is a folder, but this format writes the whole class into one file`);
		return false;
	}
	return existing?.isDirectory() === true || path.endsWith("/") || submissions !== 1;
}

/** A warning if the teacher wanted to hide results, but the written files show them; otherwise null. */
export function visibilityWarning({ visibility }: ClassReport, { format, out }: Delivery): string | null {
	const isForTeacher = format === null && out === null;
	if (visibility === "visible" || isForTeacher || format?.hasVisibility) return null;
	return `visibility is ${visibility}, but only --format gradescope hides results: give these files out when it is time`;
}

/**
 * Writes the report.
 * @param style style of the text for a person on standard output; such a text in a file is always plain
 * @returns the exit code
 */
export async function deliver(report: ClassReport, delivery: Delivery, style: Style): Promise<number> {
	const { format, out } = delivery;
	if (format === null) await writeForPeople(report, delivery, style);
	else {
		const write = await format.load();
		if (out?.isFolder !== true) await writeText(out?.path ?? null, write(report));
		else
			for (const submission of report.submissions)
				await writeText(
					reportPath(out.path, submission.name, format.ending),
					write({ ...report, submissions: [submission] }),
				);
	}
	return delivery.endsWithZero ? EXIT.passed : exitCodeOf(report);
}

async function writeForPeople(report: ClassReport, delivery: Delivery, style: Style): Promise<void> {
	const { submissions, lessons } = report;
	const { out } = delivery;
	const plain = { width: 80, color: false, plain: true };
	for (const submission of out === null ? [] : submissions)
		await writeText(
			out?.isFolder ? reportPath(out.path, submission.name, TEXT_ENDING) : (out?.path ?? null),
			details(submission, lessons, plain),
		);
	const all = delivery.details || submissions.length === 1 ? submissions : [];
	const texts = all.map((submission) => `${details(submission, lessons, style)}\n`);
	if (submissions.length !== 1) texts.push(table(report, style));
	await writeText(null, texts.join(""));
}

async function writeText(path: string | null, text: string): Promise<void> {
	if (path === null) process.stdout.write(text);
	else await writeFile(path, text);
}

// A file's name has at most 255 bytes, and a submission's name alone may have as many. A long name is cut, and a hash
// is added. The same is done to a name that looks as if it had been cut, so that no two submissions share a file.
function reportPath(dir: string, name: string, ending: string): string {
	const bytes = Buffer.from(name);
	const looksShortened = bytes.length > BEGINNING_BYTES - CUT_BYTES && /-[0-9a-f]{16}$/.test(name);
	if (bytes.length + ending.length <= 255 && !looksShortened) return join(dir, `${name}${ending}`);
	const beginning = bytes
		.subarray(0, BEGINNING_BYTES)
		.toString()
		.replace(/\ufffd$/, "");
	return join(dir, `${beginning}-${hashOf(name)}${ending}`);
}

/** A long name is cut to this length. */
const BEGINNING_BYTES = 200;
/**
 * If the cut splits a character, the rest of the character is removed. So the name may be shorter by up to this much.
 */
const CUT_BYTES = 8;

/** Modules that could not be judged decide the exit code first, because somebody has to look at them. */
function exitCodeOf({ submissions }: ClassReport): number {
	const statuses = new Set(submissions.flatMap(({ results }) => results.map(({ status }) => status)));
	if (statuses.has("error")) return EXIT.failed;
	if (statuses.has("unsupported")) return EXIT.unsupported;
	return statuses.has("fail") || statuses.has("missing") ? EXIT.notPassed : EXIT.passed;
}
