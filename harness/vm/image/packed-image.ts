import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Unpack } from "tar";
import * as v from "valibot";
import { interruption } from "../../base/interrupt.ts";
import { readRegularFile } from "../../base/regular-file.ts";

/**
 * An image in one file: an uncompressed tar archive of a label and two folders of regular files. The file may come from
 * a stranger, so each entry is checked as it is unpacked, and the total size is limited.
 */

const LABEL_BYTES_MAX = 4 << 10;
/** Several times the size of an image. */
const BYTES_MAX = 4 * 2 ** 30;
const ENTRIES_MAX = 5_000;
const PATH_CHARS_MAX = 200;

const name = v.pipe(v.string(), v.regex(/^[\w][\w.-]{0,99}$/));
/** `base` and `library` are the cache keys of what the two folders contain. */
const Label = v.object({ format: v.literal("drydock image 1"), base: name, library: name });
export type Label = v.InferOutput<typeof Label>;

/**
 * Unpacks an image into a directory.
 * @param dir exists; if unpacking fails, it keeps what was unpacked before
 * @returns the image's label
 * @throws {Error} what is wrong with the file
 */
export async function unpackImage(file: string, dir: string): Promise<Label> {
	// Without O_NONBLOCK, opening a FIFO would wait for a writer.
	const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
	try {
		const stats = await handle.stat();
		if (!stats.isFile()) throw new Error("it is not a regular file");
		if (stats.size > BYTES_MAX) throw new Error("it is too large");
		const head = Buffer.alloc(HEADER_BYTES);
		await handle.read(head, 0, HEADER_BYTES, 0);
		// Without this check, the parser would try to decompress the file.
		if (head.toString("latin1", 257, 262) !== "ustar") throw new Error("it is not an archive, or it is compressed");
		await unpack(handle.createReadStream({ start: 0, autoClose: false }), dir, stats.size);
	} finally {
		await handle.close();
	}
	const label = v.safeParse(
		v.pipe(v.string(), v.parseJson(), Label),
		(await readRegularFile(join(dir, "label.json"), LABEL_BYTES_MAX)).toString(),
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
		// One invalid entry makes the whole image invalid. Whoever calls unpackImage then deletes what was unpacked.
		filter: (path, entry) => {
			const { type = "", size = 0 } = entry as { type?: string; size?: number };
			entries += 1;
			left -= size;
			const isInFolder = /^(base|library)(\/|$)/.test(path);
			if (entries > ENTRIES_MAX || left < 0) refused ??= new Error("it contains too much");
			else if (type !== "File" && type !== "OldFile" && !(type === "Directory" && isInFolder))
				refused ??= new Error("it contains something other than files");
			else if (!(isInFolder || path === "label.json") || !isPlainPath(path))
				refused ??= new Error("it contains a file that no image has");
			return refused === undefined;
		},
	});
	// The tar package ignores entries that it knows but does not unpack, such as sparse files.
	unpacking.on("ignoredEntry", () => {
		refused ??= new Error("it contains something other than files");
	});
	await pipeline(bytes, unpacking as unknown as NodeJS.WritableStream, { signal: interruption }).catch((cause) => {
		interruption.throwIfAborted();
		throw refused ?? new Error("it is damaged", { cause });
	});
	if (refused !== undefined) throw refused;
}

const isPlainPath = (path: string) =>
	path.length <= PATH_CHARS_MAX && /^[\w.+/@-]+$/.test(path) && !path.split("/").includes("..");
