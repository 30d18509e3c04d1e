import { basename, resolve } from "node:path";
import { Failure } from "../../base/failure.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import { type Lesson, moduleOf } from "../../judge/lessons.ts";
import { compareNames, printableName } from "../results/harmless.ts";
import { ARCHIVE_BYTES_MAX, parseArchiveName, unpackCommand } from "./archive-names.ts";
import { readArchive } from "./archives.ts";
import { type ClassEntry, handedInBy } from "./class-entries.ts";
import { asText, entriesIn, FILE_BYTES_MAX, type Folder, isSource, readFolder } from "./folder.ts";
import type { FolderKind } from "./folder-kind.ts";
import type { Candidate } from "./submission.ts";

/**
 * Finds the submissions in a folder. In a class's folder, a submission is a folder, an archive, or the files that a
 * learning platform has named after one person. Each entry becomes a part of a submission, or a warning. The folder
 * itself may also be a single submission, as in a continuous-integration job.
 * @param lessons the lessons whose modules may be in files that are named after their owner, such as `alice_isolate.ts`
 * @param kind what {@link folderKind} says of the folder
 * @param warn called with a message for each reason why entries are not submissions, and with the message of `kind`
 * @param ofTeacher names of entries that belong to the teacher, such as the class file
 * @throws {Failure} usage: there are no submissions in the folder, or it has too many entries
 */
export async function candidatesIn(
	dir: string,
	lessons: readonly Lesson[],
	{ isSubmission, warning }: FolderKind,
	warn: (warning: string) => void = () => {},
	ofTeacher: ReadonlySet<string> = new Set(),
): Promise<Candidate[]> {
	if (warning !== null) warn(warning);
	if (isSubmission) return [folderCandidate(printableName(Buffer.from(basename(resolve(dir)))), dir)];
	const modules = await Promise.all(lessons.map(async (lesson) => ({ id: lesson.id, module: await moduleOf(lesson) })));
	const entries = (await entriesIn(Buffer.from(dir))).filter(({ name }) => !ofTeacher.has(name));
	const { submissions, leftOut } = handedInBy(entries, modules);
	for (const { entries: names, why } of leftOut) warn(`${listed(names)}: ${why}`);
	if (submissions.size === 0)
		throw new Failure(
			"usage",
			`there are no submissions in ${dir}`,
			`one folder or archive for each submission, or npx drydock grade ${dir} --one`,
		);
	return [...submissions]
		.map(([name, { parts, isLate, submittedAt }]) => ({
			...candidateOf(name, parts, dir),
			...{ isLate, submitted: submittedAt === "" ? null : submittedAt },
		}))
		.sort((one, other) => compareNames(one.name, other.name));
}

const NAMES_SHOWN = 8;
/** Names in a message: all of them, or the first few. */
export const listed = (names: readonly string[]): string =>
	names.length <= NAMES_SHOWN
		? names.join(", ")
		: `${names.slice(0, NAMES_SHOWN).join(", ")} and ${names.length - NAMES_SHOWN} more`;

const folderCandidate = (name: string, place: Buffer | string): Candidate => ({
	name,
	...{ isLate: null, submitted: null },
	open: async () => ({ name, folder: await readFolder(Buffer.from(place)) }),
});

function candidateOf(name: string, parts: readonly ClassEntry[], dir: string): Candidate {
	const [first, ...others] = parts;
	if (first === undefined || others.length > 0) return mergedCandidate(name, parts);
	const { kind, place, file } = first;
	if (kind === "directory") return folderCandidate(name, place);
	const archive = parseArchiveName(file);
	if (kind !== "file" || archive === null) return mergedCandidate(name, parts);
	const refuse = (cause: Error) => {
		throw new Error(`the archive cannot be read: ${cause.message}; ask for another, or unpack it yourself`, { cause });
	};
	const open = async (): Promise<Folder> => {
		if (!archive.isReadable)
			throw new Error(`drydock does not read .${archive.ending} archives; ${unpackCommand(dir, archive.ending)}`);
		return readArchive(() => readRegularFile(place, ARCHIVE_BYTES_MAX)).catch(refuse);
	};
	return { name, isLate: null, submitted: null, open: async () => ({ name, folder: await open() }) };
}

// The entries of one owner become one folder.
function mergedCandidate(name: string, parts: readonly ClassEntry[]): Candidate {
	const open = async (): Promise<Folder> => {
		const [files, refused] = [new Map<string, () => Promise<string>>(), new Map<string, string>()];
		const archives = new Map<string, () => Promise<Buffer>>();
		let isTruncated = false;
		for (const { kind, place, file } of parts) {
			const path = `/${file}`;
			if (kind === "directory") {
				const folder = await readFolder(place);
				for (const [below, text] of folder.files) files.set(`${path}${below}`, text);
				for (const [below, why] of folder.refused) refused.set(`${path}${below}`, why);
				for (const [below, bytes] of folder.archives) archives.set(`${path}${below}`, bytes);
				isTruncated ||= folder.isTruncated;
			} else if (kind !== "file") refused.set(path, `is ${kind}`);
			else if (parseArchiveName(file)?.isReadable) archives.set(path, () => readRegularFile(place, ARCHIVE_BYTES_MAX));
			else if (parseArchiveName(file) !== null)
				refused.set(path, "cannot be read: drydock does not read such archives; unpack it");
			else if (isSource(path)) files.set(path, async () => asText(await readRegularFile(place, FILE_BYTES_MAX)));
		}
		return { files, refused, archives, isTruncated };
	};
	const [only, ...others] = parts;
	const isSpecial = only !== undefined && others.length === 0 && only.kind !== "file";
	return {
		...{ name, isLate: null, submitted: null },
		open: async () => {
			// A link in the place of a submission is not followed: it may lead anywhere. A device or a FIFO is not opened.
			if (isSpecial) throw new Error(`it is ${only.kind}; replace it by what was handed in`);
			return { name, folder: await open() };
		},
	};
}
