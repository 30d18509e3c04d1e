import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory for the files of one test file. */
export interface Temporary {
	/** Its absolute path. */
	dir: string;
	/** Writes a file in the directory. @param name may have folders, which are made @returns the file's absolute path */
	write(name: string, text: string): Promise<string>;
	/** Removes the directory with everything in it. */
	remove(): Promise<void>;
}

/** Makes a new, empty directory outside the kit. */
export async function temporary(): Promise<Temporary> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-test-"));
	return {
		dir,
		async write(name, text) {
			const path = join(dir, name);
			await mkdir(dirname(path), { recursive: true });
			await writeFile(path, text);
			return path;
		},
		remove: () => rm(dir, { recursive: true, force: true }),
	};
}
