// The least that is right, in other words than the solution: many wrong answers are this with one mistake.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename } from "node:path";

export interface Image {
	layers: string[];
	command: string[];
}

export type Files = Record<string, string>;

interface Descriptor {
	mediaType: string;
	digest: string;
	size: number;
}

interface Manifest {
	schemaVersion: 2;
	config: Descriptor;
	layers: Descriptor[];
}

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
		rootfs: { type: "layers", diff_ids: [layer.digest] },
	});
	const manifest: Manifest = { schemaVersion: 2, config, layers: [layer] };
	writeFileSync(`${image}/manifest.json`, JSON.stringify(manifest, null, "\t"));
}

export function openImage(image: string, dir: string): Image {
	const manifest = JSON.parse(readFileSync(`${image}/manifest.json`, "utf8")) as Manifest;
	const config = JSON.parse(getBlob(image, manifest.config).toString()) as { config: { Cmd: string[] } };
	const layers = manifest.layers.map((layer) => getBlob(image, layer));
	try {
		const dirs = layers.map((tar, index) => unpack(tar, `${dir}/${index}`));
		return { layers: dirs.reverse(), command: config.config.Cmd };
	} catch (error) {
		rmSync(dir, { recursive: true, force: true });
		throw error;
	}
}

export function needs(file: string): { interpreter: string | null; libraries: string[] } {
	const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3];
	const [DT_NEEDED, DT_STRTAB] = [1, 5];
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
	const address = entries.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0;
	const loaded = segments.findLast(({ type, vaddr }) => type === PT_LOAD && vaddr <= address);
	const strings = address - (loaded?.vaddr ?? 0) + (loaded?.offset ?? 0);
	return {
		interpreter: interp === undefined ? null : text(interp.offset),
		libraries: entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => text(strings + value)),
	};
}

const LIBRARY_PATH = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];

export function gather(programs: string[]): Files {
	const found = new Map<string, string>();
	const queue = [...programs];
	for (const file of queue) {
		const { interpreter, libraries } = needs(file);
		for (const name of interpreter === null ? libraries : [interpreter, ...libraries]) {
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
	const { status, stderr } = spawnSync("busybox", ["tar", "-xpf", "-", "-C", dir], { input: tar });
	if (status !== 0) throw new Error(`tar could not unpack a layer into ${dir}: ${stderr}`);
	return dir;
}

function tarEntry(path: string, source: string): Buffer {
	if (Buffer.byteLength(path) > 100) throw new Error(`${path} is too long for this kind of tar archive`);
	const content = readFileSync(source);
	const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
	const header = Buffer.alloc(512);
	const fields: [at: number, text: string][] = [
		[0, path.replace(/^\//, "")],
		[100, octal(statSync(source).mode & 0o7777, 7)],
		[108, octal(0, 7)],
		[116, octal(0, 7)],
		[124, octal(content.length, 11)],
		[136, octal(0, 11)],
		[148, " ".repeat(8)],
		[156, "0"],
		[257, "ustar\u000000"],
	];
	for (const [at, text] of fields) header.write(text, at);
	const checksum = header.reduce((sum, byte) => sum + byte, 0);
	header.write(`${octal(checksum, 6)}\0 `, 148);
	return Buffer.concat([header, content, Buffer.alloc(-content.length & 511)]);
}
