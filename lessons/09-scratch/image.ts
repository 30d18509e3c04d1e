import { cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** What an image says of itself. */
export interface Image {
	/** Directories of its layers, the topmost first. */
	layers: string[];
	/** What to run when nothing else is asked for. */
	command: string[];
}

/** What goes into an image: where each file is in the container, and where it comes from on the host. */
export type Files = Record<string, string>;

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	// TODO(09.1) replace all of this: write the layer, a tar archive, as a blob that is named by its digest
	for (const [path, source] of Object.entries(files)) {
		mkdirSync(dirname(`${image}/root${path}`), { recursive: true });
		cpSync(source, `${image}/root${path}`);
	}
	// TODO(09.2) write the config as a second blob, and a manifest.json that names both
	writeFileSync(`${image}/command.json`, JSON.stringify(command));
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, _dir: string): Image {
	// TODO(09.3) follow the manifest to the blobs, and compare each one's digest with the one that led to it
	const command = JSON.parse(readFileSync(`${image}/command.json`, "utf8"));
	// TODO(09.4) unpack the layer into a directory of its own below dir
	return { layers: [`${image}/root`], command };
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is no ELF file
 */
export function needs(_file: string): { interpreter: string | null; libraries: string[] } {
	// TODO(09.5) go through the program headers: PT_INTERP is the interpreter's path
	// TODO(09.6) go through what PT_DYNAMIC leads to: each DT_NEEDED is a library's name, in the strings at DT_STRTAB
	return { interpreter: null, libraries: [] };
}

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(_programs: string[]): Files {
	// TODO(09.7) ask needs of each program, and of each file that it finds, until nothing new comes
	return {};
}

/**
 * One file as it stands in a tar archive: a header of 512 bytes, and the content, filled up to a multiple of 512.
 * Owner 0, no date: nothing in it tells who made it, or when. After the last one, an archive has 1024 zero bytes.
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
		[148, " ".repeat(8)], // the checksum, which counts itself as blanks
		[156, "0"], // an ordinary file
		[257, "ustar\u000000"],
	];
	for (const [at, text] of fields) header.write(text, at);
	const checksum = header.reduce((sum, byte) => sum + byte, 0);
	header.write(`${octal(checksum, 6)}\0 `, 148);
	return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}
