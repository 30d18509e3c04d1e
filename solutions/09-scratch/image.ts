import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Descriptor, Files, Image, Manifest } from "#box/oci";
import { tarEntry } from "#box/tar";

/**
 * Builds an image of one layer. The same files always give the same bytes, no matter who builds the image, or when.
 * @param image path of the directory to make
 * @param files the files to put into the layer, with root as their owner; symbolic links are followed
 * @param command the command to run: the program's path in the container, and its arguments
 */
export function buildImage(image: string, files: Files, command: string[]): void {
	const entries = Object.keys(files)
		.sort()
		.map((path) => tarEntry(path, files[path] as string));
	mkdirSync(`${image}/blobs/sha256`, { recursive: true });
	const layer = putBlob(image, "layer.v1.tar", Buffer.concat([...entries, Buffer.alloc(1024)]));
	const config = putBlob(image, "config.v1+json", {
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		// The digest of the tar archive. It equals the layer's digest, because the blob is not compressed.
		rootfs: { type: "layers", diff_ids: [layer.digest] },
	});
	const manifest: Manifest = { schemaVersion: 2, config, layers: [layer] };
	// Written last: a directory without a manifest is not an image.
	writeFileSync(`${image}/manifest.json`, JSON.stringify(manifest, null, "\t"));
}

/**
 * Opens an image: checks all its blobs, then unpacks its layers.
 * @param image path of the image's directory
 * @param dir path of the directory to unpack the layers into; made if it does not exist
 * @throws {Error} a blob's content does not match its digest: then nothing was unpacked; or tar cannot unpack a layer
 */
export function openImage(image: string, dir: string): Image {
	const manifest = JSON.parse(readFileSync(`${image}/manifest.json`, "utf8")) as Manifest;
	const config = JSON.parse(getBlob(image, manifest.config).toString()) as { config: { Cmd: string[] } };
	// Checks every layer before tar gets a byte of any.
	const layers = manifest.layers.map((layer) => getBlob(image, layer));
	const dirs = layers.map((tar, index) => unpack(tar, `${dir}/${index}`));
	return { layers: dirs.reverse(), command: config.config.Cmd };
}

/**
 * Reads from a program's file which interpreter and which libraries the program needs.
 * @param file path of an ELF file, 64-bit and little-endian
 * @returns the interpreter's path, or null for a static program, and the names of the libraries
 * @throws {Error} the file is not an ELF file
 * @see elf(5)
 */
export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const [PT_LOAD, PT_DYNAMIC, PT_INTERP, DT_NEEDED, DT_STRTAB] = [1, 2, 3, 1, 5];
	const elf = readFileSync(file);
	if (elf.toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is not an ELF file`);
	const number = (at: number) => Number(elf.readBigUInt64LE(at));
	const text = (at: number) => elf.toString("latin1", at, elf.indexOf(0, at));
	const [phoff, phentsize, phnum] = [number(32), elf.readUInt16LE(54), elf.readUInt16LE(56)];
	const segments = Array.from({ length: phnum }, (_, index) => {
		const at = phoff + index * phentsize;
		return { type: elf.readUInt32LE(at), offset: number(at + 8), vaddr: number(at + 16), size: number(at + 32) };
	});
	const interp = segments.find(({ type }) => type === PT_INTERP);
	const dynamic = segments.find(({ type }) => type === PT_DYNAMIC) ?? { offset: 0, size: 0 };
	const entries = Array.from({ length: dynamic.size / 16 }, (_, index) => {
		const at = dynamic.offset + index * 16;
		return { tag: number(at), value: number(at + 8) };
	});
	// DT_STRTAB is an address in memory. The segment that is loaded there gives the offset in the file.
	const address = entries.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0;
	const loaded = segments.findLast(({ type, vaddr }) => type === PT_LOAD && vaddr <= address);
	const strings = address - (loaded?.vaddr ?? 0) + (loaded?.offset ?? 0);
	return {
		interpreter: interp === undefined ? null : text(interp.offset),
		libraries: entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => text(strings + value)),
	};
}

const LIBRARY_PATH = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];

/**
 * Finds the files that programs need to start: interpreters, libraries, and the libraries that those need.
 * @returns the files for {@link buildImage}, at the same paths as on the host; without the programs themselves
 * @throws {Error} a library is in none of the directories
 */
export function gather(programs: string[]): Files {
	const found = new Map<string, string>();
	const queue = [...programs];
	for (const file of queue) {
		const { interpreter, libraries } = needs(file);
		for (const name of interpreter === null ? libraries : [interpreter, ...libraries]) {
			// The loader loads each name once. This includes the interpreter: the C library names it again.
			if (found.has(basename(name))) continue;
			const path =
				name === interpreter ? name : LIBRARY_PATH.map((dir) => `${dir}/${name}`).find((path) => existsSync(path));
			if (path === undefined) throw new Error(`${file} needs ${name}, which is not in ${LIBRARY_PATH.join(":")}`);
			found.set(basename(name), path);
			queue.push(path);
		}
	}
	return Object.fromEntries([...found.values()].map((path) => [path, path]));
}

const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const pathOf = (image: string, digest: string) => `${image}/blobs/${digest.replace(":", "/")}`;

function putBlob(image: string, kind: string, content: Buffer | object): Descriptor {
	const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
	const digest = digestOf(bytes);
	writeFileSync(pathOf(image, digest), bytes);
	return { mediaType: `application/vnd.oci.image.${kind}`, digest, size: bytes.length };
}

function getBlob(image: string, { digest }: Descriptor): Buffer {
	const bytes = readFileSync(pathOf(image, digest));
	const found = digestOf(bytes);
	if (found !== digest) throw new Error(`${image} was changed: the blob ${digest} has the digest ${found}`);
	return bytes;
}

function unpack(tar: Buffer, dir: string): string {
	mkdirSync(dir, { recursive: true });
	// From memory, not from the file: the file may have changed since the check.
	const { status, stderr } = spawnSync("busybox", ["tar", "-xpf", "-", "-C", dir], { input: tar });
	if (status !== 0) throw new Error(`tar could not unpack a layer into ${dir}: ${stderr}`);
	return dir;
}
