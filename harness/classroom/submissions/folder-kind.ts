import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../base/failure.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import { type Lesson, moduleOf } from "../../judge/lessons.ts";
import { LOGBOOK } from "../../learner/logbook.ts";
import { parseArchiveName } from "./archive-names.ts";
import { entriesIn, type FolderEntry, readFolder } from "./folder.ts";

/** Whether a folder is a single submission, or a class's folder with several. */
export interface FolderKind {
	isSubmission: boolean;
	/** A message about this decision, if the caller may have meant the other kind; otherwise null. */
	warning: string | null;
}

const WORKSPACE = "workspace";
/** Largest package.json that is read; the kit's is smaller. */
const MANIFEST_BYTES_MAX = 64 << 10;

/**
 * Decides whether a folder is a single submission, by what the folder contains. A submission of a class may itself be
 * called "workspace", or have the name of a lesson. So a folder with such a submission and others is a class's folder.
 * @param one whether the user has said that the folder is a single submission, whatever it looks like
 * @throws {Failure} usage: there is no such folder, or it has too many entries
 */
export async function folderKind(dir: string, lessons: readonly Lesson[], one = false): Promise<FolderKind> {
	const found = await stat(dir).catch(() => null);
	if (!found?.isDirectory()) throw new Failure("usage", `${dir} is not a folder`, "npx drydock help grade");
	if (one) return { isSubmission: true, warning: null };
	const ids = new Set(lessons.map(({ id }) => id));
	const entries = await entriesIn(Buffer.from(dir));
	const workspaces = await filtered(entries, async ({ name, kind, place }) => {
		return (
			name === WORKSPACE &&
			kind === "directory" &&
			entriesOfWorkspace(await entriesIn(place).catch(() => []), ids).length > 0
		);
	});
	const workspaceParts = [...entriesOfWorkspace(entries, ids), ...workspaces];
	const [firstPart] = workspaceParts;
	if (firstPart === undefined) return { isSubmission: false, warning: null };
	if (isWorkspace(workspaceParts, lessons) || (await isKit(dir, entries))) return { isSubmission: true, warning: null };
	const others = entries.filter((entry) => !workspaceParts.includes(entry) && mayBeSubmission(entry));
	if (others.length === 0) return { isSubmission: true, warning: null };
	const modules = new Set([LOGBOOK, ...(await Promise.all(lessons.map(moduleOf)))]);
	for (const other of others) {
		if (!(await containsModule(other, modules))) continue;
		const why = `it has "${firstPart.name}" in it, and also "${other.name}", with a submission`;
		return {
			isSubmission: false,
			warning: `${dir} is treated as a class: ${why}; --one treats it as a single submission`,
		};
	}
	const names = others.slice(0, 3).map(({ name }) => `"${name}"`);
	const more = others.length > names.length ? ", …" : "";
	const why = `it has "${firstPart.name}" in it, and no lesson's module is in ${names.join(", ")}${more}`;
	return { isSubmission: true, warning: `${dir} is treated as a single submission: ${why}` };
}

// The entries that a workspace has: folders of lessons, and the logbook.
const entriesOfWorkspace = (entries: readonly FolderEntry[], ids: ReadonlySet<string>) =>
	entries.filter(({ name, kind }) => (kind === "directory" ? ids.has(name) : kind === "file" && name === LOGBOOK));

// Whether the folder looks like a workspace that `drydock init` made: it has a logbook and most lessons. Such a
// folder is one submission, whatever else is in it: the names of the people in a class cannot look like that.
const isWorkspace = (workspaceParts: readonly FolderEntry[], lessons: readonly Lesson[]) =>
	workspaceParts.some(({ name }) => name === LOGBOOK) && workspaceParts.length > lessons.length / 2;

// Whether the folder is a copy of the kit. Only the workspace of such a copy is read.
async function isKit(dir: string, entries: readonly FolderEntry[]): Promise<boolean> {
	if (!["harness", "solutions"].every((part) => entries.some(({ name }) => name === part))) return false;
	const manifest = await readRegularFile(join(dir, "package.json"), MANIFEST_BYTES_MAX).catch(() => "");
	return /"name":\s*"drydock"/.test(manifest.toString());
}

const mayBeSubmission = ({ name, kind }: FolderEntry) =>
	kind === "directory" || (kind === "file" && parseArchiveName(name) !== null);

// Whether an entry contains a lesson's module or a logbook. An archive counts as one that does, and so does a folder
// that could not be read completely.
async function containsModule({ place, kind }: FolderEntry, modules: ReadonlySet<string>): Promise<boolean> {
	if (kind === "file") return true;
	const { files, refused, isTruncated } = await readFolder(place);
	if (isTruncated || [...refused.values()].some((why) => why.startsWith("cannot be read"))) return true;
	return [...files.keys()].some((path) => modules.has(path.slice(path.lastIndexOf("/") + 1)));
}

async function filtered<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
	const passed = await Promise.all(items.map(test));
	return items.filter((_, at) => passed[at]);
}
