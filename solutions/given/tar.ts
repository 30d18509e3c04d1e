import { readFileSync, statSync } from "node:fs";

/**
 * Makes the entry of one file in a tar archive: a header of 512 bytes, and the content, padded to a multiple of 512.
 * Owner and date are 0, so the entry does not depend on who makes it, or when. After its last entry, an archive ends
 * with 1024 zero bytes.
 * @param path where the file is in the container
 * @param source where it is on the host; symbolic links are followed
 * @throws {Error} the path is longer than 100 bytes
 * @see POSIX, pax: ustar Interchange Format
 */
export function tarEntry(path: string, source: string): Buffer {
	if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for this kind of tar archive`);
	const content = readFileSync(source);
	const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
	const header = Buffer.alloc(512);
	const fields: [at: number, text: string][] = [
		[0, path.replace(/^\//, "")],
		[100, octal(statSync(source).mode & 0o7777, 7)],
		[108, octal(0, 7)], // owner
		[116, octal(0, 7)], // group
		[124, octal(content.length, 11)],
		[136, octal(0, 11)], // date
		[148, " ".repeat(8)], // the checksum, computed with blanks in its place
		[156, "0"], // an ordinary file
		[257, "ustar\u000000"],
	];
	for (const [at, text] of fields) header.write(text, at);
	const checksum = header.reduce((sum, byte) => sum + byte, 0);
	header.write(`${octal(checksum, 6)}\0 `, 148);
	return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}
