import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Unpack } from "tar";
import * as v from "valibot";
import { interruption } from "../base/interrupt.ts";
import { readBytes } from "../base/regular-file.ts";

/**
 * An image in one file: an archive as tar writes it, not compressed, of a label and two folders of regular files. It may be
 * anybody's, so it is looked at entry by entry as it is unpacked, and what it takes is bounded.
 */

const LABEL_BYTES_MAX = 4 << 10;
/** Several times what an image has. */
const BYTES_MAX = 4 * 2 ** 30;
const ENTRIES_MAX = 5_000;
const PATH_CHARS_MAX = 200;

const name = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,99}$/));
const Label = v.object({ format: v.literal("drydock image 1"), base: name, library: name });
export type Label = v.InferOutput<typeof Label>;

/**
 * Unpacks an image into a directory.
 * @returns its label
 * @throws {Error} what is wrong with it
 */
export async function unpackImage(file: string, dir: string): Promise<Label> {
	// Without O_NONBLOCK, a FIFO would be waited for.
	const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const stats = await handle.stat();
		if (!stats.isFile()) throw new Error("it is not a regular file");
		if (stats.size > BYTES_MAX) throw new Error("it is too large");
		const head = Buffer.alloc(HEADER_BYTES);
		await handle.read(head, 0, HEADER_BYTES, 0);
		// Else the parser would look for a compressed archive in it.
		if (head.toString("latin1", 257, 262) !== "ustar") throw new Error("it is no archive, or a compressed one");
		await unpack(handle.createReadStream({ start: 0, autoClose: false }), dir, stats.size);
	} finally {
		await handle.close();
	}
	const label = v.safeParse(
		v.pipe(v.string(), v.parseJson(), Label),
		(await readBytes(join(dir, "label.json"), LABEL_BYTES_MAX)).toString(),
	);
	if (!label.success) throw new Error("its label cannot be read");
	return label.output;
}

const HEADER_BYTES = 512;

async function unpack(bytes: NodeJS.ReadableStream, dir: string, sizeBytes: number): Promise<void> {
	let [entries, left] = [0, sizeBytes];
	let refused: Error | undefined;
	const unpacking = new Unpack({
		cwd: dir,
		strict: true,
		preserveOwner: false,
		// One wrong entry spoils it all; what is unpacked is thrown away then.
		filter: (path, entry) => {
			const { type = "", size = 0 } = entry as { type?: string; size?: number };
			entries += 1;
			left -= size;
			const isFolder = /^(base|library)(\/|$)/.test(path);
			if (entries > ENTRIES_MAX || left < 0) refused ??= new Error("it holds too much");
			else if (type !== "File" && type !== "OldFile" && !(type === "Directory" && isFolder))
				refused ??= new Error("it holds something else than files");
			else if (!(isFolder || path === "label.json") || !isPlain(path))
				refused ??= new Error("it holds a file that no image has");
			return refused === undefined;
		},
	});
	// A sparse file, or whatever else the library knows of and does not unpack.
	unpacking.on("ignoredEntry", () => {
		refused ??= new Error("it holds something else than files");
	});
	await pipeline(bytes, unpacking as unknown as NodeJS.WritableStream, { signal: interruption }).catch((cause) => {
		interruption.throwIfAborted();
		throw refused ?? new Error("it is damaged", { cause });
	});
	if (refused !== undefined) throw refused;
}

const isPlain = (path: string) =>
	path.length <= PATH_CHARS_MAX && /^[\w.+/@-]+$/.test(path) && !path.split("/").includes("..");
