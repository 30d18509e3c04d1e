import { createWriteStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { interruption } from "../../base/interrupt.ts";

/** Endings of files that are compressed already. */
const COMPRESSED = /\.(image|gz|png|zip)$/;

/** Packs all files in a folder, and below it, into a zip file. Their modes are kept. */
export async function zipFolder(dir: string, file: string): Promise<void> {
	const zip = new ZipFile();
	const entries = await readdir(dir, { recursive: true, withFileTypes: true });
	const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
	for (const path of paths.sort()) zip.addFile(path, relative(dir, path), { compress: !COMPRESSED.test(path) });
	// If a file cannot be read, yazl only emits this event, and its output would never end.
	zip.on("error", (error) =>
		(zip.outputStream as NodeJS.ReadableStream & { destroy(error: unknown): void }).destroy(error),
	);
	zip.end();
	await pipeline(zip.outputStream, createWriteStream(file), { signal: interruption });
}
