import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { exists } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import { makeDirectories } from "../../base/make-directories.ts";
import type { Progress } from "../../base/progress.ts";
import { carryEverythingElse, carryProgram, type Version } from "./carried-drydock.ts";
import { copyTexts } from "./copy-texts.ts";
import { KIT_NAMES, KITS, type KitName } from "./kits.ts";
import { zipFolder } from "./zip.ts";

/** A hand-out that was made. */
export interface HandOut {
	kit: KitName;
	/** Absolute path of the file or the folder. */
	path: string;
	/** Number of the files in it. */
	files: number;
	/** Size of the file, or of all files in the folder. */
	bytes: number;
	drydock: Version;
}

/** @throws {Failure} usage: there is no hand-out of this name */
export function parseKitName(name: string): KitName {
	const found = KIT_NAMES.find((one) => one === name);
	if (found !== undefined) return found;
	throw new Failure(
		"usage",
		`there is no hand-out ${JSON.stringify(name)}`,
		`npx drydock class kit ${KIT_NAMES.join("|")}`,
	);
}

/** Name of a hand-out's file or folder, if the user gives none. */
export const defaultNameOf = (kit: KitName): string => `drydock-${kit}${KITS[kit].ending}`;

/**
 * Makes a hand-out: everything that a system needs to grade with this drydock. It appears at `out` when it is complete.
 * @param out the file or folder to make; it must not exist
 * @param gradeOptions options that every grading gets
 * @throws {Failure} usage: `out` exists; unsupported: no network, or no room
 */
export async function makeHandOut(
	kit: KitName,
	out: string,
	gradeOptions: readonly string[],
	progress: Progress,
): Promise<HandOut> {
	const path = resolve(out);
	await refuseExisting(kit, path, out);
	await makeDirectories(dirname(path));
	// On the same file system as the result, so that one rename publishes it.
	const staging = await mkdtemp(join(dirname(path), `.${basename(path)}.part-`));
	try {
		const folder = join(staging, "hand-out");
		await copyTexts(inKit("harness/classroom/kits", kit), folder);
		const carried = join(folder, "drydock");
		const drydock = await carryProgram(carried, gradeOptions, progress);
		if (KITS[kit].carries === "everything") await carryEverythingElse(carried, progress);
		const { files, bytes } = await sizeOf(folder);
		const result = KITS[kit].ending === ".zip" ? join(staging, "hand-out.zip") : folder;
		if (result !== folder) await progress.step("packing", () => zipFolder(folder, result));
		// Another process may have made it meanwhile.
		await refuseExisting(kit, path, out);
		await rename(result, path);
		return { kit, path, files, bytes: result === folder ? bytes : (await stat(path)).size, drydock };
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
}

async function refuseExisting(kit: KitName, path: string, out: string): Promise<void> {
	if (await exists(path))
		throw new Failure(
			"usage",
			`${out} exists already, and was not changed`,
			`npx drydock class kit ${kit} --out ANOTHER`,
		);
}

async function sizeOf(folder: string): Promise<{ files: number; bytes: number }> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	let bytes = 0;
	for (const { parentPath, name } of files) bytes += (await stat(join(parentPath, name))).size;
	return { files: files.length, bytes };
}
