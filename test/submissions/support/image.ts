import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { Descriptor, Files, Image } from "#box/oci";
import { tarEntry } from "#box/tar";

/** The pieces that submissions for 09-scratch are made of; each has one or two of its own in place of these. */

export interface Needs {
	interpreter: string | null;
	libraries: string[];
}

export interface Segment {
	type: number;
	offset: number;
	vaddr: number;
	size: number;
}

export interface Parts {
	/** The layers' tar archives, the lowest first. */
	archives(files: Files): Buffer[];
	compress(tar: Buffer): Buffer;
	decompress(blob: Buffer): Buffer;
	layerType: string;
	diffIds(tars: Buffer[], layers: Descriptor[]): unknown;
	config(command: string[], diffIds: unknown): object;
	/** The text of manifest.json. */
	manifest(config: Descriptor, layers: Descriptor[], command: string[]): string;
	/** What manifest.json says. */
	parse(text: string): { config: Descriptor; layers: Descriptor[] };
	/** Whatever else is written beside it. */
	beside(image: string, command: string[]): void;
	check(digest: string, bytes: Buffer, image: string): void;
	/** Where the layer with this number goes. */
	target(dir: string, index: number, image: string): string;
	commandOf(config: { config: { Entrypoint?: string[]; Cmd: string[] } }, image: string): string[];
	order(dirs: string[]): string[];
	needs(file: string): Needs;
	/** The segment that the strings are in. */
	holds(segments: Segment[], address: number): Segment | undefined;
	gather(programs: string[], needs: (file: string) => Needs): Files;
}

export interface Module {
	buildImage(image: string, files: Files, command: string[]): void;
	openImage(image: string, dir: string): Image;
	needs(file: string): Needs;
	gather(programs: string[]): Files;
}

export const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
export const pathOf = (image: string, digest: string): string => `${image}/blobs/${digest.replace(":", "/")}`;
export const LIBRARY_PATH = ["/lib", "/usr/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];

/** Entries and the end of an archive. */
export const tarOf = (files: Files, paths = Object.keys(files).sort()): Buffer =>
	Buffer.concat([...paths.map((path) => tarEntry(path, files[path] as string)), Buffer.alloc(1024)]);

/** What does the exercise. */
export const parts: Parts = {
	archives: (files) => [tarOf(files)],
	compress: (tar) => tar,
	decompress: (blob) => blob,
	layerType: "application/vnd.oci.image.layer.v1.tar",
	diffIds: (tars) => tars.map(digestOf),
	config: (command, diffIds) => ({
		architecture: "amd64",
		os: "linux",
		config: { Cmd: command },
		rootfs: { type: "layers", diff_ids: diffIds },
	}),
	manifest: (config, layers) => JSON.stringify({ schemaVersion: 2, config, layers }),
	parse: (text) => JSON.parse(text),
	beside: () => {},
	check: (digest, bytes, image) => {
		if (digestOf(bytes) !== digest) throw new Error(`${image}: ${digest} has the digest ${digestOf(bytes)}`);
	},
	target: (dir, index) => `${dir}/${index}`,
	commandOf: ({ config }) => [...(config.Entrypoint ?? []), ...config.Cmd],
	order: (dirs) => dirs.reverse(),
	needs: (file) => needsBySegments(file, parts.holds),
	holds: (segments, address) =>
		segments.find(({ type, vaddr, size }) => type === 1 && vaddr <= address && address < vaddr + size),
	gather: (programs, needs) => {
		const found = new Map<string, string>();
		const queue = [...programs];
		for (const file of queue) {
			const { interpreter, libraries } = needs(file);
			for (const name of interpreter === null ? libraries : [interpreter, ...libraries]) {
				if (found.has(basename(name))) continue;
				const path = name === interpreter ? name : onPath(name);
				if (path === undefined) throw new Error(`${file} needs ${name}, which is nowhere`);
				found.set(basename(name), path);
				queue.push(path);
			}
		}
		return Object.fromEntries([...found.values()].map((path) => [path, path]));
	},
};

export const onPath = (name: string): string | undefined =>
	LIBRARY_PATH.map((dir) => `${dir}/${name}`).find((path) => existsSync(path));

/** Reads what a program needs, by its program headers. */
export function needsBySegments(file: string, holds: Parts["holds"]): Needs {
	const elf = readFileSync(file);
	if (elf.toString("latin1", 0, 4) !== "\x7fELF") throw new Error(`${file} is no ELF file`);
	const number = (at: number) => Number(elf.readBigUInt64LE(at));
	const text = (at: number) => elf.toString("latin1", at, elf.indexOf(0, at));
	const segments = Array.from({ length: elf.readUInt16LE(56) }, (_, index): Segment => {
		const at = number(32) + index * elf.readUInt16LE(54);
		return { type: elf.readUInt32LE(at), offset: number(at + 8), vaddr: number(at + 16), size: number(at + 32) };
	});
	const interp = segments.find(({ type }) => type === 3);
	const dynamic = segments.find(({ type }) => type === 2) ?? { offset: 0, size: 0 };
	const entries = Array.from({ length: dynamic.size / 16 }, (_, index) => {
		const at = dynamic.offset + index * 16;
		return { tag: number(at), value: number(at + 8) };
	});
	const address = entries.find(({ tag }) => tag === 5)?.value ?? 0;
	const segment = holds(segments, address);
	const strings = address - (segment?.vaddr ?? 0) + (segment?.offset ?? 0);
	return {
		interpreter: interp === undefined ? null : text(interp.offset),
		libraries: entries.filter(({ tag }) => tag === 1).map(({ value }) => text(strings + value)),
	};
}

/** A submission's four functions. */
export function imageWith(own: Partial<Parts>): Module {
	const all = { ...parts, ...own };
	const needs = own.needs ?? ((file: string) => needsBySegments(file, all.holds));
	const put = (image: string, mediaType: string, bytes: Buffer): Descriptor => {
		const digest = digestOf(bytes);
		writeFileSync(pathOf(image, digest), bytes);
		return { mediaType, digest, size: bytes.length };
	};
	const get = (image: string, { digest }: Descriptor): Buffer => {
		const bytes = readFileSync(pathOf(image, digest));
		all.check(digest, bytes, image);
		return bytes;
	};
	return {
		needs,
		gather: (programs) => all.gather(programs, needs),
		buildImage(image, files, command) {
			mkdirSync(`${image}/blobs/sha256`, { recursive: true });
			const tars = all.archives(files);
			const layers = tars.map((tar) => put(image, all.layerType, all.compress(tar)));
			const document = all.config(command, all.diffIds(tars, layers));
			const config = put(image, "application/vnd.oci.image.config.v1+json", Buffer.from(JSON.stringify(document)));
			writeFileSync(`${image}/manifest.json`, all.manifest(config, layers, command));
			all.beside(image, command);
		},
		openImage(image, dir) {
			const manifest = all.parse(readFileSync(`${image}/manifest.json`, "utf8"));
			const config = JSON.parse(get(image, manifest.config).toString());
			const blobs = manifest.layers.map((layer) => get(image, layer));
			const dirs = blobs.map((blob, index) => {
				const target = all.target(dir, index, image);
				mkdirSync(target, { recursive: true });
				const input = all.decompress(blob);
				const { status, stderr } = spawnSync("busybox", ["tar", "-xpf", "-", "-C", target], { input });
				if (status !== 0) throw new Error(`tar: ${stderr}`);
				return target;
			});
			return { layers: all.order(dirs), command: all.commandOf(config, image) };
		},
	};
}
