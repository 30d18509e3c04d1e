// What is half done is never seen: the image is built beside its place and renamed, the layers are unpacked into
// temporary directories and renamed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	accessSync,
	chmodSync,
	closeSync,
	fsyncSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

/** Has a directory filled beside the place where it belongs, and puts it there when it is complete. */
function staged(place: string, fill: (directory: string) => void): void {
	mkdirSync(dirname(place), { recursive: true });
	const directory = mkdtempSync(join(dirname(place), `.${basename(place)}-`));
	try {
		chmodSync(directory, 0o755);
		fill(directory);
		rmSync(place, { recursive: true, force: true });
		renameSync(directory, place);
	} catch (error) {
		rmSync(directory, { recursive: true, force: true });
		throw error;
	}
}

function writeDurably(path: string, bytes: Buffer): void {
	const fd = openSync(path, "wx", 0o644);
	try {
		writeFileSync(fd, bytes);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

function describe(mediaType: string, bytes: Buffer): Descriptor {
	const hash = createHash("sha256");
	hash.update(bytes);
	return { mediaType, digest: "sha256:".concat(hash.digest("hex")), size: bytes.length };
}

const blobIn = (image: string, digest: string) => join(image, "blobs", "sha256", digest.slice("sha256:".length));

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	const paths = Object.keys(files);
	paths.sort();
	const tar = Buffer.concat(paths.map((path) => tarEntry(path, files[path] as string)).concat(Buffer.alloc(1024)));
	const layer = describe("application/vnd.oci.image.layer.v1.tar", tar);
	const configBytes = Buffer.from(
		JSON.stringify({
			architecture: "amd64",
			os: "linux",
			config: { Cmd: command },
			rootfs: { type: "layers", diff_ids: [layer.digest] },
		}),
	);
	const config = describe("application/vnd.oci.image.config.v1+json", configBytes);
	const manifest: Manifest = { schemaVersion: 2, config, layers: [layer] };

	staged(image, (directory) => {
		mkdirSync(join(directory, "blobs", "sha256"), { recursive: true });
		writeDurably(blobIn(directory, layer.digest), tar);
		writeDurably(blobIn(directory, config.digest), configBytes);
		writeDurably(join(directory, "manifest.json"), Buffer.from(JSON.stringify(manifest)));
	});
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, dir: string): Image {
	const manifest = JSON.parse(readFileSync(join(image, "manifest.json"), "utf8")) as Manifest;
	const [config, ...archives] = [manifest.config, ...manifest.layers].map((expected) => {
		const bytes = readFileSync(blobIn(image, expected.digest));
		const found = describe(expected.mediaType, bytes);
		if (found.digest !== expected.digest) {
			throw new Error(`a blob of ${image} has changed: ${expected.digest} was promised, ${found.digest} is there`);
		}
		return expected.mediaType.endsWith("gzip") ? gunzipSync(bytes) : bytes;
	});
	const { Cmd: command } = JSON.parse(String(config)).config as { Cmd: string[] };

	mkdirSync(dir, { recursive: true });
	const layers = archives.map((input, index) => {
		const place = join(dir, `rootfs.${index}`);
		staged(place, (directory) => {
			const child = spawnSync("busybox", ["tar", "-x", "-p", "-f", "-", "-C", directory], { input });
			if (child.status !== 0) throw new Error(`layer ${index} cannot be unpacked: ${child.stderr}`);
		});
		return place;
	});
	layers.reverse();
	return { layers, command };
}

const HEADER = { phoff: 32, phentsize: 54, phnum: 56 } as const;
const PROGRAM_HEADER = { offset: 8, vaddr: 16, filesz: 32 } as const;
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NULL = 0n;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const bytes = readFileSync(file);
	if (bytes.toString("hex", 0, 6) !== "7f454c460201") throw new Error(`not an ELF file, or of another kind: ${file}`);

	const first = Number(bytes.readBigUInt64LE(HEADER.phoff));
	const step = bytes.readUInt16LE(HEADER.phentsize);
	const starts = [...Array(bytes.readUInt16LE(HEADER.phnum)).keys()].map((index) => first + index * step);
	const of = (start: number, field: keyof typeof PROGRAM_HEADER) =>
		bytes.readBigUInt64LE(start + PROGRAM_HEADER[field]);
	const typed = (type: number) => starts.filter((start) => bytes.readUInt32LE(start) === type);

	/** What is loaded at an address, up to the next zero byte. */
	const stringAt = (address: bigint): string => {
		for (const load of typed(PT_LOAD)) {
			const distance = address - of(load, "vaddr");
			if (distance < 0n || distance >= of(load, "filesz")) continue;
			const start = Number(of(load, "offset") + distance);
			return bytes.toString("utf8", start, bytes.indexOf(0, start));
		}
		throw new Error(`${file} loads nothing at ${address}`);
	};

	const [interp] = typed(PT_INTERP);
	const [dynamic] = typed(PT_DYNAMIC);
	let strings = 0n;
	const names: bigint[] = [];
	if (dynamic !== undefined) {
		const table = bytes.subarray(Number(of(dynamic, "offset")), Number(of(dynamic, "offset") + of(dynamic, "filesz")));
		for (let at = 0; at < table.length; at += 16) {
			const tag = table.readBigUInt64LE(at);
			const value = table.readBigUInt64LE(at + 8);
			if (tag === DT_NULL) break;
			if (tag === DT_STRTAB) strings = value;
			if (tag === DT_NEEDED) names.push(value);
		}
	}
	return {
		interpreter:
			interp === undefined
				? null
				: bytes
						.toString("utf8", Number(of(interp, "offset")), Number(of(interp, "offset") + of(interp, "filesz")))
						.replace(/\0.*$/s, ""),
		libraries: names.map((name) => stringAt(strings + name)),
	};
}

const WHERE = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const files: Files = {};
	const stack = [...programs];
	for (;;) {
		const file = stack.pop();
		if (file === undefined) return files;
		const { interpreter, libraries } = needs(file);
		const places = libraries.map((library) => {
			const directory = WHERE.find((each) => isReadable(`${each}/${library}`));
			if (!directory) throw new Error(`${library} is missing (for ${file})`);
			return `${directory}/${library}`;
		});
		for (const place of interpreter === null ? places : [interpreter, ...places]) {
			if (!Object.hasOwn(files, place)) stack.push(place);
			files[place] = place;
		}
	}
}

function isReadable(path: string): boolean {
	try {
		accessSync(path);
		return true;
	} catch {
		return false;
	}
}
