import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Files, Image } from "#box/oci";

/**
 * Finds the files that programs need to start: interpreters, libraries, and the libraries that those need.
 * @returns the files for {@link buildImage}, at the same paths as on the host; without the programs themselves
 * @throws {Error} a library is in none of the directories that the lesson's text names
 */
export function gather(_programs: string[]): Files {
	// TODO(09.1) call needs for each program, and for each file that it names, until no new file comes
	return {};
}

/**
 * Reads in a program's file which interpreter and which libraries the program needs.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, or null if the file names none, and the names of the libraries
 * @throws {Error} the file is not an ELF file
 */
export function needs(_file: string): { interpreter: string | null; libraries: string[] } {
	// TODO(09.2) go through the program headers: PT_INTERP points to the interpreter's path
	// TODO(09.3) go through the table that PT_DYNAMIC points to: each DT_NEEDED is a library's name, in the strings at DT_STRTAB
	return { interpreter: null, libraries: [] };
}

/**
 * Builds an image of one layer. The same files always give the same bytes, no matter who builds the image, or when.
 * @param image path of the directory to make
 * @param files the files to put into the layer, with root as their owner; symbolic links are followed
 * @param command the command to run: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	// TODO(09.4) replace this loop: write the layer, a tar archive (tarEntry of #box/tar), as a blob named after its digest
	for (const [path, source] of Object.entries(files)) {
		mkdirSync(dirname(`${image}/root${path}`), { recursive: true });
		copyFileSync(source, `${image}/root${path}`);
	}
	// TODO(09.5) replace this line: write the config as a second blob, and a manifest.json that names both blobs
	writeFileSync(`${image}/command.json`, JSON.stringify(command));
}

/**
 * Opens an image: checks all its blobs, then unpacks its layers.
 * @param image path of the image's directory
 * @param dir path of the directory to unpack the layers into; made if it does not exist
 * @throws {Error} a blob's content does not match its digest; in this case, nothing was unpacked
 */
export function openImage(image: string, _dir: string): Image {
	// TODO(09.6) read each blob that the manifest names, hash it, and compare the result with the digest in the manifest
	const command = JSON.parse(readFileSync(`${image}/command.json`, "utf8"));
	// TODO(09.7) unpack each layer into a directory of its own below dir
	return { layers: [`${image}/root`], command };
}
