import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readText } from "../../base/kit.ts";

/**
 * Copies a folder of texts, with Unix line ends. A text that begins with `#!` may be executed in the copy:
 * git on Windows does not keep the files' modes.
 */
export async function copyTexts(from: string, to: string): Promise<void> {
	const entries = await readdir(from, { recursive: true, withFileTypes: true });
	for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
		const text = await readText(join(parentPath, name));
		const target = join(to, parentPath.slice(from.length), name);
		await mkdir(dirname(target), { recursive: true });
		await writeFile(target, text, { flag: "wx", mode: text.startsWith("#!") ? 0o755 : 0o644 });
	}
}
