// DataView and generators for the ELF file, recursion with a map for what libraries need, a reader of blobs as a
// closure.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

const hex = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

function* archive(files: Files): Generator<Buffer> {
	for (const path of Object.keys(files).toSorted()) yield tarEntry(path, files[path] ?? path);
	yield Buffer.alloc(512);
	yield Buffer.alloc(512);
}

/**
 * Makes an image of one layer. The same files make the same layer, byte by byte, whoever builds it and when.
 * @param image path of the directory to make
 * @param files whose owner will be root; symbolic links are followed
 * @param command what it runs: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	const blobs = resolve(image, "blobs/sha256");
	mkdirSync(blobs, { recursive: true });
	const store = (kind: string, bytes: Buffer): Descriptor => {
		const name = hex(bytes);
		writeFileSync(resolve(blobs, name), bytes);
		return { mediaType: `application/vnd.oci.image.${kind}`, digest: `sha256:${name}`, size: bytes.length };
	};
	const layer = store("layer.v1.tar", Buffer.concat([...archive(files)]));
	const config = store(
		"config.v1+json",
		Buffer.from(
			JSON.stringify({
				rootfs: { diff_ids: [layer.digest], type: "layers" },
				config: { Cmd: command, WorkingDir: "/", Env: ["PATH=/usr/bin:/bin"] },
				os: "linux",
				architecture: "amd64",
			}),
		),
	);
	const manifest: Manifest = { schemaVersion: 2, config, layers: [layer] };
	writeFileSync(resolve(image, "manifest.json"), JSON.stringify(manifest, undefined, 2));
}

/**
 * Opens an image: checks all of it, then unpacks its layers.
 * @param image path of its directory
 * @param dir where its layers are unpacked to; made if it is not there
 * @throws {Error} a blob is not what its digest says: then nothing has been unpacked
 */
export function openImage(image: string, dir: string): Image {
	const { config, layers }: Manifest = JSON.parse(readFileSync(resolve(image, "manifest.json"), "utf8"));
	const checked = new Map<string, Buffer>();
	for (const { digest } of [config, ...layers]) {
		const bytes = readFileSync(resolve(image, "blobs", digest.replace(":", "/")));
		const actual = `sha256:${hex(bytes)}`;
		if (actual !== digest) throw new Error(`${image}: ${digest} is expected, but it is ${actual}`);
		checked.set(digest, bytes);
	}
	// All of it is as it should be. Only from here on anything is written.
	const read = (descriptor: Descriptor) => checked.get(descriptor.digest) as Buffer;

	const unpacked = layers.map((layer, depth) => {
		const place = resolve(dir, String(depth).padStart(3, "0"));
		mkdirSync(place, { recursive: true });
		const input = layer.mediaType.endsWith("+gzip") ? gunzipSync(read(layer)) : read(layer);
		const { status, signal } = spawnSync("busybox", ["tar", "-x", "-p", "-f", "-", "-C", place], {
			input,
			stdio: ["pipe", "inherit", "inherit"],
		});
		if (status !== 0) throw new Error(`busybox tar has ended with ${status ?? signal}`);
		return place;
	});
	const { Cmd } = JSON.parse(read(config).toString("utf8")).config as { Cmd: string[] };
	return { layers: unpacked.toReversed(), command: Cmd };
}

interface Segment {
	type: number;
	offset: bigint;
	address: bigint;
	length: bigint;
}

function* segments(view: DataView): Generator<Segment> {
	const start = Number(view.getBigUint64(32, true));
	const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
	for (let index = 0; index < count; index++) {
		const at = start + index * size;
		yield {
			type: view.getUint32(at, true),
			offset: view.getBigUint64(at + 8, true),
			address: view.getBigUint64(at + 16, true),
			length: view.getBigUint64(at + 32, true),
		};
	}
}

function* dynamicEntries(view: DataView, { offset, length }: Segment): Generator<{ tag: bigint; value: bigint }> {
	for (let at = offset; at + 16n <= offset + length; at += 16n) {
		const tag = view.getBigInt64(Number(at), true);
		if (tag === 0n) return;
		yield { tag, value: view.getBigUint64(Number(at) + 8, true) };
	}
}

/**
 * Reads from a program's file who loads it, and what else is loaded with it.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, null for a static program; and the libraries' names
 * @throws {Error} it is not an ELF file
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const bytes = readFileSync(file);
	if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${file}: not an ELF file`);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const stringAt = (offset: bigint) => {
		const start = Number(offset);
		return bytes.subarray(start, bytes.indexOf(0, start)).toString();
	};

	const table = [...segments(view)];
	const interp = table.find((segment) => segment.type === 3);
	const libraries: string[] = [];
	for (const segment of table) {
		if (segment.type !== 2) continue;
		const entries = [...dynamicEntries(view, segment)];
		for (const { value: strtab } of entries.filter((entry) => entry.tag === 5n)) {
			const home = table.find(
				({ type, address, length }) => type === 1 && strtab >= address && strtab < address + length,
			);
			if (home === undefined) throw new Error(`${file}: nothing is loaded at 0x${strtab.toString(16)}`);
			for (const { tag, value } of entries) {
				if (tag === 1n) libraries.push(stringAt(strtab - home.address + home.offset + value));
			}
		}
	}
	return { interpreter: interp === undefined ? null : stringAt(interp.offset), libraries };
}

/**
 * Finds what programs cannot start without: interpreters, libraries, and what those need in turn.
 * @returns for {@link buildImage}: all at the places where they are on the host; without the programs themselves
 * @throws {Error} a library is nowhere on the path
 */
export function gather(programs: string[]): Files {
	const found: Map<string, string> = new Map();

	const locate = (name: string, whose: string): string => {
		for (const prefix of ["", "/usr"]) {
			for (const suffix of ["", "/x86_64-linux-gnu"]) {
				const candidate = `${prefix}/lib${suffix}/${name}`;
				if (existsSync(candidate)) return candidate;
			}
		}
		throw new Error(`no ${name} for ${whose}`);
	};
	const add = (path: string) => {
		if (found.has(path)) return;
		found.set(path, path);
		visit(path);
	};
	const visit = (path: string) => {
		const { interpreter, libraries } = needs(path);
		if (interpreter) add(interpreter);
		for (const name of libraries) add(locate(name, path));
	};

	programs.forEach(visit);
	return Object.fromEntries(found);
}
