import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inKit } from "../../harness/base/kit.ts";

const PARTS = ["harness", "lessons", "native", "solutions", "package.json", "package-lock.json", "tsconfig.json"];

/**
 * Copies the kit into a new folder. The copy's npm packages are links to the kit's. It has neither compiled modules
 * nor `node_modules/.drydock`, which tells the launcher that the packages are installed.
 * @param parent the folder in which the new one is made
 * @param name the beginning of the new folder's name
 * @returns the folder's path
 */
export async function copyKit(parent: string, name = "kit-"): Promise<string> {
	const dir = await mkdtemp(join(parent, name));
	for (const part of PARTS) await cp(inKit(part), join(dir, part), { recursive: true, preserveTimestamps: true });
	await mkdir(join(dir, "node_modules"));
	for (const name of await readdir(inKit("node_modules")))
		if (!name.startsWith(".")) await symlink(inKit("node_modules", name), join(dir, "node_modules", name));
	return dir;
}

/** Gives all source files of a copied kit the line ends that git writes on Windows. */
export async function convertToWindowsLines(dir: string): Promise<void> {
	for (const part of ["harness", "lessons", "native", "solutions"]) {
		const entries = await readdir(join(dir, part), { recursive: true, withFileTypes: true });
		for (const file of entries.filter((entry) => entry.isFile())) {
			const path = join(file.parentPath, file.name);
			await writeFile(path, (await readFile(path, "utf8")).replaceAll("\n", "\r\n"));
		}
	}
}
