import { readdir } from "node:fs/promises";
import { basename, extname } from "node:path";
import { inKit, readText } from "../base/kit.ts";
import { applied, parseDifference } from "./difference.ts";

/** An answer to a lesson whose verdict is known: a file in `test/submissions/NN-slug`. */
export interface Submission {
	/** Such as `no-ipc`. */
	name: string;
	/** Its path in the kit. */
	path: string;
	/** The whole module. */
	text: string;
	/** Whether the file holds a difference from another module, instead of the whole one. Its name ends in `.diff` then. */
	isDifference: boolean;
	/** The first finding's, as the comments at the top say; a right answer has none. */
	diagnosis: string | undefined;
	/** The first finding's, if it has one. */
	misconception: number | undefined;
}

/**
 * A lesson's right or wrong answers, by their names; none for a lesson without such a folder.
 * @param id such as `02-unshare`
 * @throws {Error} one is a difference that does not fit any more, or a wrong one has no diagnosis; it names the file
 */
export async function submissionsOf(id: string, kind: "right" | "wrong"): Promise<Submission[]> {
	const folder = `test/submissions/${id}/${kind}`;
	const entries = await readdir(inKit(folder)).catch(() => []);
	return Promise.all(entries.sort().map((entry) => readSubmission(`${folder}/${entry}`)));
}

/**
 * One submission.
 * @param path in the kit, such as `test/submissions/02-unshare/wrong/no-ipc.ts`
 * @throws {Error} as {@link submissionsOf}
 */
export async function readSubmission(path: string): Promise<Submission> {
	const isDifference = extname(path) === ".diff";
	const written = await readText(inKit(path));
	const text = isDifference ? await whole(path, written) : written;
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

async function whole(path: string, written: string): Promise<string> {
	let against = "another module";
	try {
		const difference = parseDifference(written);
		against = difference.base;
		return difference.head + applied(difference, withoutHead(await readText(inKit(difference.base))));
	} catch (error) {
		throw new Error(`${path} is no difference from ${against}: ${(error as Error).message}`, { cause: error });
	}
}

// The comments at the top of a submission are about that one only, not about those that differ from it.
const withoutHead = (text: string): string => text.replace(/^(\/\/.*\n)+/, "");
