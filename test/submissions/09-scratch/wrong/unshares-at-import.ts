// diagnosis: engine-left-host
// Believed that what every container needs can be done once, when the module is loaded.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
	chownSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { CLONE_NEWNS, unshare } from "#kernel";

unshare(CLONE_NEWNS);

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
	mkdirSync(`${image}/blobs/sha256`, { recursive: true });
	const tree = mkdtempSync("/tmp/tree-");
	for (const [path, source] of Object.entries(files)) {
		mkdirSync(dirname(tree + path), { recursive: true });
		copyFileSync(source, tree + path);
		chownSync(tree + path, 0, 0);
		utimesSync(tree + path, 0, 0);
	}
	const names = Object.keys(files)
		.sort()
		.map((path) => `.${path}`);
	const { stdout } = spawnSync("busybox", ["tar", "-cf", "-", "-C", tree, ...names], { maxBuffer: 1 << 30 });
	rmSync(tree, { recursive: true });
	const layer = putBlob(image, "layer.v1.tar", stdout);
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
	if (elf.toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is no ELF file`);
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
