// By somebody who has read the lesson only, and has seen no solution: some wrong answers are this with one mistake.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

const MEDIA = "application/vnd.oci.image";
const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

function writeBlob(image: string, mediaType: string, bytes: Buffer): Descriptor {
	const digest = digestOf(bytes);
	mkdirSync(`${image}/blobs/sha256`, { recursive: true });
	writeFileSync(`${image}/blobs/${digest.replace(":", "/")}`, bytes);
	return { mediaType, digest, size: bytes.length };
}

function readBlob(image: string, { digest }: Descriptor): Buffer {
	const bytes = readFileSync(`${image}/blobs/${digest.replace(":", "/")}`);
	const found = digestOf(bytes);
	if (found !== digest) throw new Error(`the blob ${digest} has the digest ${found}`);
	return bytes;
}

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	const entries = Object.keys(files)
		.sort()
		.map((path) => tarEntry(path, files[path] as string));
	const tar = Buffer.concat([...entries, Buffer.alloc(1024)]);
	const layer = writeBlob(image, `${MEDIA}.layer.v1.tar`, tar);
	const config = {
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { type: "layers", diff_ids: [layer.digest] },
	};
	const manifest: Manifest = {
		schemaVersion: 2,
		config: writeBlob(image, `${MEDIA}.config.v1+json`, Buffer.from(JSON.stringify(config))),
		layers: [layer],
	};
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
	const config = JSON.parse(readBlob(image, manifest.config).toString("utf8"));
	const archives = manifest.layers.map((layer) => {
		const bytes = readBlob(image, layer);
		return layer.mediaType.endsWith("+gzip") ? gunzipSync(bytes) : bytes;
	});
	const layers = archives.map((archive, index) => {
		const target = `${dir}/${index}`;
		mkdirSync(target, { recursive: true });
		unpack(archive, target);
		return target;
	});
	return { layers: layers.reverse(), command: config.config.Cmd };
}

function unpack(archive: Buffer, target: string): void {
	const { status, stderr } = spawnSync("busybox", ["tar", "-x", "-p", "-f", "-", "-C", target], { input: archive });
	if (status !== 0) throw new Error(`tar: ${stderr}`);
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const elf = readFileSync(file);
	if (elf.length < 64 || elf.toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is not an ELF file`);
	const string = (at: number) => elf.toString("utf8", at, elf.indexOf(0, at));
	const start = Number(elf.readBigUInt64LE(32));
	const size = elf.readUInt16LE(54);
	const headers = Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
		const at = start + index * size;
		return {
			type: elf.readUInt32LE(at),
			offset: elf.readBigUInt64LE(at + 8),
			address: elf.readBigUInt64LE(at + 16),
			size: elf.readBigUInt64LE(at + 32),
		};
	});

	const interp = headers.find(({ type }) => type === 3);
	const interpreter = interp ? string(Number(interp.offset)) : null;

	const dynamic = headers.find(({ type }) => type === 2);
	if (!dynamic) return { interpreter, libraries: [] };
	const names: bigint[] = [];
	let strings: bigint | undefined;
	const end = Number(dynamic.offset + dynamic.size);
	for (let at = Number(dynamic.offset); at < end; at += 16) {
		const tag = elf.readBigUInt64LE(at);
		const value = elf.readBigUInt64LE(at + 8);
		if (tag === 0n) break;
		if (tag === 1n) names.push(value);
		if (tag === 5n) strings = value;
	}
	if (names.length === 0) return { interpreter, libraries: [] };
	const load = headers.find(
		({ type, address, size }) => type === 1 && strings !== undefined && address <= strings && strings < address + size,
	);
	if (!load || strings === undefined) throw new Error(`${file}: no segment holds the strings`);
	const table = Number(strings - load.address + load.offset);
	return { interpreter, libraries: names.map((name) => string(table + Number(name))) };
}

const PATH = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const found: Files = {};
	const queue = [...programs];
	for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
		const { interpreter, libraries } = needs(file);
		const next = libraries.map((name) => {
			const place = PATH.map((directory) => `${directory}/${name}`).find((path) => existsSync(path));
			if (place === undefined) throw new Error(`${file} needs ${name}, which is nowhere in ${PATH.join(", ")}`);
			return place;
		});
		if (interpreter !== null) next.push(interpreter);
		for (const path of next) {
			if (path in found) continue;
			found[path] = path;
			queue.push(path);
		}
	}
	return found;
}
