// Writes the layer compressed with gzip; when it opens an image, it compares each blob's size and digest, and each
// unpacked archive's digest with its diff_id.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

interface Config {
	architecture: string;
	os: string;
	config: { Entrypoint?: string[]; Cmd?: string[] };
	rootfs: { type: "layers"; diff_ids: string[] };
}

const LAYER = "application/vnd.oci.image.layer.v1.tar";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

const sha256 = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

function blobPath(image: string, digest: string): string {
	const match = /^sha256:([0-9a-f]{64})$/.exec(digest);
	if (!match) throw new Error(`${digest} is no digest that this engine knows`);
	return join(image, "blobs", "sha256", match[1] as string);
}

function put(image: string, mediaType: string, content: Buffer): Descriptor {
	const descriptor = { mediaType, digest: sha256(content), size: content.byteLength };
	writeFileSync(blobPath(image, descriptor.digest), content);
	return descriptor;
}

function get(image: string, descriptor: Descriptor): Buffer {
	const content = readFileSync(blobPath(image, descriptor.digest));
	same("digest", descriptor.digest, sha256(content));
	same("size", descriptor.size, content.byteLength);
	return content;
}

function same(what: string, expected: string | number | undefined, found: string | number): void {
	if (expected !== found) throw new Error(`the ${what} should be ${expected}, and is ${found}`);
}

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, "\t")}\n`);

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	mkdirSync(join(image, "blobs", "sha256"), { recursive: true });
	const byPath = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
	const archive = Buffer.concat([...byPath.map(([path, source]) => tarEntry(path, source)), Buffer.alloc(2 * 512)]);
	const config: Config = {
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { type: "layers", diff_ids: [sha256(archive)] },
	};
	const manifest = {
		schemaVersion: 2,
		mediaType: MANIFEST,
		config: put(image, CONFIG, json(config)),
		// Node's gzip writes neither a name nor a date.
		layers: [put(image, `${LAYER}+gzip`, gzipSync(archive, { level: 9 }))],
	} satisfies Manifest & { mediaType: string };
	writeFileSync(join(image, "manifest.json"), json(manifest));
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, dir: string): Image {
	const manifest: Manifest = JSON.parse(readFileSync(join(image, "manifest.json"), "utf8"));
	const config: Config = JSON.parse(get(image, manifest.config).toString());
	const archives = manifest.layers.map((descriptor) => {
		const blob = get(image, descriptor);
		return descriptor.mediaType === `${LAYER}+gzip` ? gunzipSync(blob) : blob;
	});
	same("number of layers", config.rootfs.diff_ids.length, archives.length);
	for (const [index, archive] of archives.entries()) same("diff_id", config.rootfs.diff_ids[index], sha256(archive));

	const layers: string[] = [];
	for (const [index, input] of archives.entries()) {
		const layer = join(dir, `layer-${index}`);
		mkdirSync(layer, { recursive: true });
		const tar = spawnSync("busybox", ["tar", "-x", "-p", "-f", "-", "-C", layer], { input });
		if (tar.error) throw tar.error;
		if (tar.status !== 0) throw new Error(`busybox tar: ${tar.stderr.toString()}`);
		layers.unshift(layer);
	}
	return { layers, command: [...(config.config.Entrypoint ?? []), ...(config.config.Cmd ?? [])] };
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const bytes = readFileSync(file);
	if (bytes.subarray(0, 6).compare(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1])) !== 0) {
		throw new Error(`${file} is no 64-bit little-endian ELF file`);
	}
	const u64 = (at: number) => bytes.readBigUInt64LE(at);
	const text = (at: number) => bytes.toString("utf8", at, bytes.indexOf(0, at));

	let interpreter: string | null = null;
	let dynamic: [start: number, end: number] = [0, 0];
	const loads: { offset: bigint; address: bigint; size: bigint }[] = [];
	for (let left = bytes.readUInt16LE(56), at = Number(u64(32)); left > 0; left--, at += bytes.readUInt16LE(54)) {
		const [offset, address, size] = [u64(at + 8), u64(at + 16), u64(at + 32)];
		switch (bytes.readUInt32LE(at)) {
			case 1:
				loads.push({ offset, address, size });
				break;
			case 2:
				dynamic = [Number(offset), Number(offset + size)];
				break;
			case 3:
				interpreter = text(Number(offset));
				break;
		}
	}

	const entries: [tag: bigint, value: bigint][] = [];
	for (let at = dynamic[0]; at < dynamic[1] && u64(at) !== 0n; at += 16) entries.push([u64(at), u64(at + 8)]);
	const wanted = entries.filter(([tag]) => tag === 1n);
	if (wanted.length === 0) return { interpreter, libraries: [] };

	const address = entries.find(([tag]) => tag === 5n)?.[1];
	const load = loads.find((one) => address !== undefined && address >= one.address && address - one.address < one.size);
	if (address === undefined || load === undefined) throw new Error(`${file} has names of libraries, and no strings`);
	const strings = load.offset + (address - load.address);
	return { interpreter, libraries: wanted.map(([, offset]) => text(Number(strings + offset))) };
}

const DIRECTORIES = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"] as const;

function find(library: string): string {
	for (const directory of DIRECTORIES) {
		const path = join(directory, library);
		if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
	}
	throw new Error(`${library} is in none of ${DIRECTORIES.join(", ")}`);
}

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const all = new Set<string>();
	let unread = [...programs];
	while (unread.length > 0) {
		const next: string[] = [];
		for (const file of unread) {
			const { interpreter, libraries } = needs(file);
			for (const path of [...(interpreter === null ? [] : [interpreter]), ...libraries.map(find)]) {
				if (!all.has(path)) next.push(path);
				all.add(path);
			}
		}
		unread = next;
	}
	return Object.fromEntries([...all].map((path) => [path, path]));
}
