import { readdir } from "node:fs/promises";
import { basename, extname } from "node:path";
import { inKit, readText } from "../base/kit.ts";
import { applyDifference, parseDifference } from "./difference.ts";

/** A solution of a lesson, right or wrong, whose verdict is known: a file in `test/submissions/NN-slug`. */
export interface Submission {
	/** Such as `no-ipc`. */
	name: string;
	/** Its path in the kit. */
	path: string;
	/** The whole module. */
	text: string;
	/**
	 * Whether the file holds a difference from another module instead of a whole module. Its name then ends in `.diff`.
	 */
	isDifference: boolean;
	/** The expected diagnosis of the first finding, from the comments at the top; undefined for a right answer. */
	diagnosis: string | undefined;
	/** The misconception of the first finding, if it has one. */
	misconception: number | undefined;
}

/**
 * A lesson's right or wrong answers, sorted by name; none if the lesson has no such folder.
 * @param id such as `02-unshare`
 * @throws {Error} a difference does not fit its module any more, or a wrong answer has no diagnosis; the message names
 * the file
 */
export async function submissionsOf(id: string, kind: "right" | "wrong"): Promise<Submission[]> {
	const folder = `test/submissions/${id}/${kind}`;
	const entries = await readdir(inKit(folder)).catch(() => []);
	return Promise.all(entries.sort().map((entry) => readSubmission(`${folder}/${entry}`)));
}

/**
 * Reads one submission.
 * @param path in the kit, such as `test/submissions/02-unshare/wrong/no-ipc.ts`
 * @throws {Error} as {@link submissionsOf}
 */
export async function readSubmission(path: string): Promise<Submission> {
	const isDifference = extname(path) === ".diff";
	const written = await readText(inKit(path));
	const text = isDifference ? await applied(path, written) : written;
	const diagnosis = /^\/\/ diagnosis: (\S+)$/m.exec(text)?.[1];
	const misconception = /^\/\/ misconception: (\d+)$/m.exec(text)?.[1];
	if (diagnosis === undefined && path.includes("/wrong/"))
		throw new Error(`${path} has no line "// diagnosis: NAME" that says what the check finds`);
	return {
		name: basename(path, extname(path)),
		path,
		text,
		isDifference,
		diagnosis,
		misconception: misconception === undefined ? undefined : Number(misconception),
	};
}

async function applied(path: string, written: string): Promise<string> {
	let against = "another module";
	try {
		const difference = parseDifference(written);
		against = difference.base;
		return difference.head + applyDifference(difference, withoutHead(await readText(inKit(difference.base))));
	} catch (error) {
		throw new Error(`${path} does not fit ${against}: ${(error as Error).message}`, { cause: error });
	}
}

// The comments at the top of a submission describe only that submission, not the submissions that are differences from it.
const withoutHead = (text: string): string => text.replace(/^(\/\/.*\n)+/, "");
