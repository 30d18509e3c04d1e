import { constants, type PathLike } from "node:fs";
import { open, realpath } from "node:fs/promises";

/** The buffer has at least this size, unless `bytesMax` is smaller: a file may have more bytes than its size says. */
const SIZE_UNKNOWN_BYTES = 128 << 10;

/**
 * Reads a whole file that somebody handed in. It must be a regular file, and not a symbolic link.
 * @param bytesMax a larger file is refused. So is a file that has more bytes than its size says, and more than 128 KiB
 * @throws {Error} why the file cannot be read
 */
export async function readRegularFile(place: PathLike, bytesMax: number): Promise<Buffer> {
	// Without O_NONBLOCK, this would wait for ever if the file has become a FIFO meanwhile.
	const file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		const stats = await file.stat();
		if (!stats.isFile()) throw new Error("it is not a regular file");
		if (stats.size > bytesMax) throw tooLarge(bytesMax);
		// Files in /proc have the size 0.
		const bytes = Buffer.alloc(Math.min(bytesMax, Math.max(stats.size, SIZE_UNKNOWN_BYTES)) + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length < bytes.length; length += read)
			({ bytesRead: read } = await file.read(bytes, length, bytes.length - length));
		if (length === bytes.length) throw tooLarge(bytes.length - 1);
		return bytes.subarray(0, length);
	} finally {
		await file.close();
	}
}

/** Reads a whole regular file whose path may be a symbolic link. @throws {Error} why the file cannot be read */
export const readThroughLinks = async (path: string, bytesMax: number): Promise<Buffer> =>
	readRegularFile(await realpath(path), bytesMax);

export const tooLarge = (bytesMax: number): Error => new Error(`it is too large: more than ${bytesMax >> 10} KiB`);
