// Opens an ELF file and reads only the pieces that it needs, through a class; hashes blobs in chunks; asks for each
// library once.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

const CHUNK = 64 * 1024;

function digest(bytes: Buffer): string {
	const hash = createHash("sha256");
	for (let at = 0; at < bytes.length; at += CHUNK) hash.update(bytes.subarray(at, at + CHUNK));
	return `sha256:${hash.digest("hex")}`;
}

const blob = (image: string, name: string) => `${image}/blobs/${name.split(":").join("/")}`;

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	mkdirSync(`${image}/blobs/sha256`, { recursive: true });
	const parts: Buffer[] = [];
	for (const [path, source] of new Map(Object.entries(files).sort(([a], [b]) => Number(a > b) - Number(a < b)))) {
		parts.push(tarEntry(path, source));
	}
	parts.push(Buffer.alloc(1024));
	const layer = Buffer.concat(parts);

	const config = Buffer.from(
		JSON.stringify({
			created: "1970-01-01T00:00:00Z",
			architecture: "amd64",
			os: "linux",
			config: { Cmd: command },
			rootfs: { type: "layers", diff_ids: [digest(layer)] },
			history: [{ created: "1970-01-01T00:00:00Z", created_by: "box" }],
		}),
	);
	const describe = (kind: string, bytes: Buffer): Descriptor => ({
		mediaType: `application/vnd.oci.image.${kind}`,
		digest: digest(bytes),
		size: bytes.length,
	});
	const manifest: Manifest = {
		schemaVersion: 2,
		config: describe("config.v1+json", config),
		layers: [describe("layer.v1.tar", layer)],
	};
	for (const bytes of [layer, config]) writeFileSync(blob(image, digest(bytes)), bytes);
	// At the very end: an image without a manifest is none.
	writeFileSync(`${image}/manifest.json`, JSON.stringify(manifest));
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, dir: string): Image {
	const manifest: Manifest = JSON.parse(readFileSync(`${image}/manifest.json`, "utf8"));
	const changed: string[] = [];
	const load = (descriptor: Descriptor): Buffer => {
		const bytes = readFileSync(blob(image, descriptor.digest));
		const actual = digest(bytes);
		if (actual !== descriptor.digest) changed.push(`${descriptor.digest} is in fact ${actual}`);
		return bytes;
	};
	const config = load(manifest.config);
	const layers = manifest.layers.map((layer) => ({ gzip: layer.mediaType.endsWith("+gzip"), bytes: load(layer) }));
	if (changed.length > 0) throw new Error(`${image} was changed: ${changed.join("; ")}`);

	const places: string[] = [];
	layers.forEach(({ gzip, bytes }, index) => {
		const place = `${dir}/layer${index + 1}`;
		mkdirSync(place, { recursive: true });
		const result = spawnSync("busybox", ["tar", "-x", "-p", "-f", "-", "-C", place], {
			input: gzip ? gunzipSync(bytes) : bytes,
			encoding: "utf8",
		});
		if (result.error) throw result.error;
		if (result.status !== 0) throw new Error(result.stderr);
		places.push(place);
	});
	return { layers: places.reverse(), command: JSON.parse(config.toString("utf8")).config.Cmd };
}

interface Segment {
	type: number;
	offset: bigint;
	address: bigint;
	size: bigint;
}

class ElfFile {
	readonly #fd: number;
	readonly #path: string;

	constructor(path: string) {
		this.#path = path;
		this.#fd = openSync(path, "r");
	}

	close(): void {
		closeSync(this.#fd);
	}

	/** Fewer bytes only where the file ends. */
	piece(offset: bigint | number, length: number): Buffer {
		const rest = Math.max(0, fstatSync(this.#fd).size - Number(offset));
		const buffer = Buffer.alloc(Math.min(length, rest));
		let have = 0;
		while (have < buffer.length) {
			const read = readSync(this.#fd, buffer, have, buffer.length - have, BigInt(offset) + BigInt(have));
			if (read === 0) break;
			have += read;
		}
		return buffer;
	}

	string(offset: bigint): string {
		let text = Buffer.alloc(0);
		for (let at = offset; ; at += 64n) {
			const more = this.piece(at, 64);
			const end = more.indexOf(0);
			text = Buffer.concat([text, end === -1 ? more : more.subarray(0, end)]);
			if (end !== -1 || more.length < 64) return text.toString("utf8");
		}
	}

	segments(): Segment[] {
		const header = this.piece(0, 64);
		if (header.length < 64 || header.toString("latin1", 1, 4) !== "ELF" || header[0] !== 0x7f) {
			throw new Error(`${this.#path} is not in the ELF format`);
		}
		const size = header.readUInt16LE(54);
		const table = this.piece(header.readBigUInt64LE(32), size * header.readUInt16LE(56));
		const found: Segment[] = [];
		for (let at = 0; at < table.length; at += size) {
			found.push({
				type: table.readUInt32LE(at),
				offset: table.readBigUInt64LE(at + 8),
				address: table.readBigUInt64LE(at + 16),
				size: table.readBigUInt64LE(at + 32),
			});
		}
		return found;
	}
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const elf = new ElfFile(file);
	try {
		const segments = elf.segments();
		const interp = segments.find((segment) => segment.type === 3);
		const interpreter = interp ? elf.string(interp.offset) : null;
		const dynamic = segments.find((segment) => segment.type === 2);
		if (!dynamic) return { interpreter, libraries: [] };

		const table = elf.piece(dynamic.offset, Number(dynamic.size));
		const needed: bigint[] = [];
		let strings: bigint | null = null;
		for (let at = 0; at + 16 <= table.length; at += 16) {
			const tag = table.readBigInt64LE(at);
			if (tag === 0n) break;
			if (tag === 1n) needed.push(table.readBigUInt64LE(at + 8));
			else if (tag === 5n) strings = table.readBigUInt64LE(at + 8);
		}
		if (needed.length === 0) return { interpreter, libraries: [] };
		for (const { type, offset, address, size } of segments) {
			if (type !== 1 || strings === null || strings < address || strings >= address + size) continue;
			const base = offset + (strings - address);
			return { interpreter, libraries: needed.map((name) => elf.string(base + name)) };
		}
		throw new Error(`${file}: its strings are in no segment`);
	} finally {
		elf.close();
	}
}

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const libraries = new Map<string, string>();
	const where = (name: string): string => {
		const known = libraries.get(name);
		if (known !== undefined) return known;
		for (const directory of ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"]) {
			if (!existsSync(`${directory}/${name}`)) continue;
			libraries.set(name, `${directory}/${name}`);
			return `${directory}/${name}`;
		}
		throw new Error(`cannot find ${name}`);
	};

	const files: Files = {};
	let news = programs;
	do {
		const found = news.flatMap((path) => {
			const { interpreter, libraries: names } = needs(path);
			return interpreter === null ? names.map(where) : [interpreter, ...names.map(where)];
		});
		news = [...new Set(found)].filter((path) => !(path in files));
		for (const path of news) files[path] = path;
	} while (news.length > 0);
	return files;
}
