import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Files, Image } from "#box/oci";

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	// TODO(09.1) replace all of this: write the layer, a tar archive (tarEntry of #box/tar), as a blob named by its digest
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
