// Reads the tar archives itself, without busybox: files, directories, both kinds of links, long names of GNU and pax.
import { createHash } from "node:crypto";
import {
	chmodSync,
	existsSync,
	lchownSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, normalize } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

const TYPES = {
	config: "application/vnd.oci.image.config.v1+json",
	layer: "application/vnd.oci.image.layer.v1.tar",
};

class Blobs {
	readonly #directory: string;

	constructor(image: string) {
		this.#directory = join(image, "blobs");
	}

	write(mediaType: string, bytes: Buffer): Descriptor {
		const digest = Blobs.#digest(bytes);
		const path = this.#path(digest);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, bytes);
		return { mediaType, digest, size: bytes.length };
	}

	read(descriptor: Descriptor): Buffer {
		const bytes = readFileSync(this.#path(descriptor.digest));
		const digest = Blobs.#digest(bytes);
		if (digest !== descriptor.digest) throw new Error(`${descriptor.digest} was changed: it is ${digest} now`);
		return bytes;
	}

	#path(digest: string): string {
		return join(this.#directory, ...digest.split(":"));
	}

	static #digest(bytes: Buffer): string {
		return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
	}
}

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	const blobs = new Blobs(image);
	let tar = Buffer.alloc(0);
	for (const path of Object.keys(files).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
		tar = Buffer.concat([tar, tarEntry(path, files[path] as string)]);
	}
	tar = Buffer.concat([tar, Buffer.alloc(1024)]);

	const layer = blobs.write(TYPES.layer, tar);
	const config = blobs.write(
		TYPES.config,
		Buffer.from(
			JSON.stringify({
				architecture: "amd64",
				os: "linux",
				config: { Cmd: [...command] },
				rootfs: { type: "layers", diff_ids: [layer.digest] },
			}),
		),
	);
	writeFileSync(join(image, "manifest.json"), JSON.stringify({ schemaVersion: 2, config, layers: [layer] }));
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, dir: string): Image {
	const manifest: Manifest = JSON.parse(readFileSync(join(image, "manifest.json"), "utf8"));
	const blobs = new Blobs(image);
	const config = JSON.parse(blobs.read(manifest.config).toString("utf8"));
	const contents = manifest.layers.map((layer) => blobs.read(layer));

	const layers: string[] = [];
	for (const [index, content] of contents.entries()) {
		const target = join(dir, `l${index}`);
		mkdirSync(target, { recursive: true });
		untar(content.readUInt16BE(0) === 0x1f8b ? gunzipSync(content) : content, target);
		layers.unshift(target);
	}
	return { layers, command: config.config.Cmd };
}

/** Unpacks an archive below a directory. */
function untar(archive: Buffer, root: string): void {
	// What the next entry is called, where that is too long for its header.
	let next: { path?: string | undefined; linkpath?: string | undefined } = {};
	let at = 0;
	while (at + 512 <= archive.length) {
		const header = archive.subarray(at, at + 512);
		if (header.every((byte) => byte === 0)) return;
		const field = (start: number, length: number) => {
			const bytes = header.subarray(start, start + length);
			const end = bytes.indexOf(0);
			return bytes.toString("utf8", 0, end === -1 ? length : end);
		};
		const number = (start: number, length: number) => parseInt(field(start, length).trim() || "0", 8);
		const size = number(124, 12);
		const content = archive.subarray(at + 512, at + 512 + size);
		at += 512 + Math.ceil(size / 512) * 512;

		const type = field(156, 1) || "0";
		if (type === "L" || type === "K") {
			const name = content.toString("utf8").replace(/\0+$/, "");
			next = type === "L" ? { ...next, path: name } : { ...next, linkpath: name };
			continue;
		}
		if (type === "x") {
			next = { ...next, ...paxRecords(content) };
			continue;
		}
		if (type === "g") continue;

		const prefix = field(257, 5) === "ustar" && field(263, 2) === "00" ? field(345, 155) : "";
		const inside = (name: string) => join(root, normalize(`/${name}`));
		const path = inside(next.path ?? (prefix ? `${prefix}/${field(0, 100)}` : field(0, 100)));
		const link = next.linkpath ?? field(157, 100);
		next = {};
		create(type, path, link, inside, content);
		if (type === "1") continue;
		lchownSync(path, number(108, 8), number(116, 8));
		if (type === "2") continue;
		chmodSync(path, number(100, 8) & 0o7777);
		utimesSync(path, number(136, 12), number(136, 12));
	}
}

function create(type: string, path: string, link: string, inside: (name: string) => string, content: Buffer): void {
	mkdirSync(dirname(path), { recursive: true });
	const there = lstatSync(path, { throwIfNoEntry: false });
	if (type === "5") {
		if (!there?.isDirectory()) {
			rmSync(path, { force: true });
			mkdirSync(path);
		}
		return;
	}
	if (there) rmSync(path, { recursive: true });
	if (type === "0") writeFileSync(path, content);
	else if (type === "1") linkSync(inside(link), path);
	else if (type === "2") symlinkSync(link, path);
	else throw new Error(`${path}: entries of type ${type} are not supported`);
}

/** Records such as "30 path=some/long/name\n". */
function paxRecords(content: Buffer): { path?: string | undefined; linkpath?: string | undefined } {
	const records = new Map<string, string>();
	for (let at = 0; at < content.length; ) {
		const space = content.indexOf(" ", at);
		const length = Number(content.toString("latin1", at, space));
		if (!(length > 0)) break;
		const [key = "", ...value] = content.toString("utf8", space + 1, at + length - 1).split("=");
		records.set(key, value.join("="));
		at += length;
	}
	return {
		...(records.has("path") && { path: records.get("path") }),
		...(records.has("linkpath") && { linkpath: records.get("linkpath") }),
	};
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const elf = readFileSync(file);
	if (!elf.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1"))) throw new Error(`${file} does not begin like ELF`);
	const cstring = (start: number) => {
		let end = start;
		while (end < elf.length && elf[end] !== 0) end++;
		return elf.toString("utf8", start, end);
	};

	const phoff = Number(elf.readBigUInt64LE(0x20));
	const phentsize = elf.readUInt16LE(0x36);
	const phnum = elf.readUInt16LE(0x38);
	const ofType = (wanted: number) => {
		const found: { offset: bigint; vaddr: bigint; filesz: bigint }[] = [];
		for (let n = 0; n < phnum; n++) {
			const header = elf.subarray(phoff + n * phentsize, phoff + (n + 1) * phentsize);
			if (header.readUInt32LE(0) !== wanted) continue;
			found.push({
				offset: header.readBigUInt64LE(0x08),
				vaddr: header.readBigUInt64LE(0x10),
				filesz: header.readBigUInt64LE(0x20),
			});
		}
		return found;
	};

	const [interp] = ofType(3);
	const interpreter = interp ? cstring(Number(interp.offset)) : null;
	const [dynamic] = ofType(2);
	if (!dynamic) return { interpreter, libraries: [] };

	const values = new Map<bigint, bigint[]>();
	for (let n = 0n; n < dynamic.filesz / 16n; n++) {
		const at = Number(dynamic.offset + 16n * n);
		const tag = elf.readBigUInt64LE(at);
		if (tag === 0n) break;
		values.set(tag, [...(values.get(tag) ?? []), elf.readBigUInt64LE(at + 8)]);
	}
	const [strtab] = values.get(5n) ?? [];
	const libraries = (values.get(1n) ?? []).map((name) => {
		const address = (strtab ?? 0n) + name;
		const load = ofType(1).find(({ vaddr, filesz }) => vaddr <= address && address < vaddr + filesz);
		if (load === undefined) throw new Error(`${file}: no PT_LOAD holds ${address}`);
		return cstring(Number(address - load.vaddr + load.offset));
	});
	return { interpreter, libraries };
}

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const directories = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];
	const files: Record<string, string> = {};
	const todo = programs.map((path) => ({ path, isProgram: true }));
	const seen = new Set<string>();
	// The list grows while it is gone through.
	for (const { path, isProgram } of todo) {
		if (!isProgram) files[path] = path;
		if (seen.has(path)) continue;
		seen.add(path);
		const { interpreter, libraries } = needs(path);
		if (interpreter !== null) todo.push({ path: interpreter, isProgram: false });
		for (const library of libraries) {
			const directory = directories.find((candidate) => existsSync(join(candidate, library)));
			if (directory === undefined) throw new Error(`${library}, which ${path} needs, was not found`);
			todo.push({ path: join(directory, library), isProgram: false });
		}
	}
	return files;
}
