import { parseArchiveName } from "./archive-names.ts";
import type { FolderEntry } from "./folder.ts";
import { nearness } from "./near-names.ts";
import { parsePlatformName } from "./platform-names.ts";

/** Decides to which submission each entry of a class's folder belongs. */

/** An entry that was handed in. */
export interface ClassEntry extends FolderEntry {
	/** Its own name, without what a learning platform has added. */
	file: string;
}

/** The entries of one submission. */
export interface HandedIn {
	parts: ClassEntry[];
	/** Whether the learning platform calls it late; null if it does not say. */
	isLate: boolean | null;
	/** When it was handed in, if the names of its entries say so; otherwise empty. See `PlatformName`. */
	submittedAt: string;
}

/** Entries that are not submissions, and why. */
export interface LeftOut {
	entries: string[];
	why: string;
}

/** A lesson's id, and the file name of its module. */
interface Module {
	id: string;
	module: string;
}

/** One entry, and its owner's name. */
interface Claim extends HandedIn {
	owner: string;
}

/**
 * Divides the entries into submissions, by their owners' names, and entries that are not submissions. Each entry is in
 * exactly one of the two.
 */
export function handedInBy(
	entries: readonly FolderEntry[],
	modules: readonly Module[],
): { submissions: Map<string, HandedIn>; leftOut: LeftOut[] } {
	const submissions = new Map<string, HandedIn>();
	const leftOut = new Map<string, string[]>();
	const leaveOut = (name: string, why: string) => leftOut.set(why, [...(leftOut.get(why) ?? []), name]);
	const claims = entries.flatMap((entry) => {
		const claim = claimOf(entry, modules);
		if (typeof claim !== "string") return [claim];
		leaveOut(entry.name, claim);
		return [];
	});
	const latest = new Map<string, string>();
	for (const { owner, submittedAt } of claims)
		if (submittedAt > (latest.get(owner) ?? "")) latest.set(owner, submittedAt);
	const folders = new Set(claims.filter(({ parts: [part] }) => part?.kind === "directory").map(({ owner }) => owner));
	for (const { owner, parts, isLate, submittedAt } of claims) {
		const [part] = parts;
		if (part === undefined) continue;
		// Whether the entry is a folder or an archive that is named after its owner. Otherwise the owner may have several
		// entries.
		const isWhole = part.file === part.name;
		const before = submissions.get(owner);
		if (submittedAt < (latest.get(owner) ?? "")) leaveOut(part.name, "there is a later attempt of the same person");
		else if (isWhole && part.kind === "file" && folders.has(owner))
			leaveOut(part.name, "not read, because there is a folder of the same name; rename the folder to read it");
		// If somebody handed in two archives, the second one is listed by its file name.
		else if (isWhole && before !== undefined && !submissions.has(part.name))
			submissions.set(part.name, { parts, isLate, submittedAt });
		else if (isWhole && before !== undefined)
			leaveOut(part.name, "there is another submission of the same name; rename one");
		else
			submissions.set(owner, {
				parts: [...(before?.parts ?? []), ...parts],
				isLate: before?.isLate || isLate,
				submittedAt,
			});
	}
	return { submissions, leftOut: [...leftOut].map(([why, names]) => ({ entries: names, why })) };
}

// The owner of an entry, or why it is not a submission.
function claimOf(entry: FolderEntry, modules: readonly Module[]): Claim | string {
	const { name, kind } = entry;
	const platform = parsePlatformName(name);
	if (platform !== null) {
		const { owner, file, isLate, submittedAt } = platform;
		if (kind === "file" && file === "") return "a note of the learning platform, not a submission";
		return { owner, submittedAt, isLate, parts: [{ ...entry, file: file === "" ? name : file }] };
	}
	if (kind !== "file") return { owner: name, submittedAt: "", isLate: null, parts: [{ ...entry, file: name }] };
	const archive = parseArchiveName(name);
	if (archive !== null)
		return { owner: archive.owner, submittedAt: "", isLate: null, parts: [{ ...entry, file: name }] };
	return looseFile(entry, modules);
}

// A file such as alice_isolate.ts is Alice's; isolate.ts alone is nobody's.
function looseFile(entry: FolderEntry, modules: readonly Module[]): Claim | string {
	const { name } = entry;
	const isModule = (file: string) => modules.some(({ id, module }) => nearness(file, module, id) === "same module");
	if (isModule(name))
		return "it does not say whose it is; put it into a folder with its owner's name, or use --one if the folder is one submission";
	for (const { 0: separator, index } of name.matchAll(/ - |[_\s-]+/g)) {
		const file = name.slice(index + separator.length);
		if (index > 0 && isModule(file))
			return { owner: name.slice(0, index), submittedAt: "", isLate: null, parts: [{ ...entry, file }] };
	}
	return "not a submission; if it is one, put it into a folder with its owner's name";
}
