import {
	type Measuring,
	MOST_FILE_BYTES,
	readBelow,
	replaced,
	replacedInside,
	sha256,
	uncompressed,
	writeBelow,
} from "#guest";
import type { ImageChange } from "./image-change.ts";

/**
 * Makes changed copies of images. In some copies all digests are right again. In others, a blob does not match its
 * name.
 */

/** The files of an image by their path in the image: blobs, and files outside `blobs`. */
export type ImageFiles = Map<string, Buffer>;

/**
 * Makes a changed copy of an image. Copies a file unchanged if it cannot parse it.
 * @returns the number of files in the copy
 */
export function copyImage(_: Measuring, from: string, to: string, change: ImageChange): number {
	const copy = changed(filesOf(from), change);
	for (const [path, content] of copy) writeBelow(`${to}/${path}`, content);
	return copy.size;
}

function filesOf(image: string): ImageFiles {
	const files: ImageFiles = new Map();
	const take = (directory: string) => {
		for (const name of readBelow(`${image}/${directory}`, 0)?.names ?? []) {
			const path = directory === "" ? name : `${directory}/${name}`;
			const found = readBelow(`${image}/${path}`, MOST_FILE_BYTES);
			if (found?.info.isFile()) files.set(path, found.content);
		}
	};
	take("");
	for (const algorithm of readBelow(`${image}/blobs`, 0)?.names ?? []) take(`blobs/${algorithm}`);
	return files;
}

/** The files of the changed copy. */
export function changed(files: ImageFiles, { spoil, ...change }: ImageChange): ImageFiles {
	let copy = files;
	try {
		copy = rebuilt(files, change);
	} catch {
		// This is no image, or it is inconsistent. Other facts report that.
	}
	const spoiled = [...copy].map(([path, content]): [string, Buffer] => [
		path,
		path.startsWith("blobs/") ? replacedInside(content, spoil) : content,
	]);
	return new Map(spoiled);
}

interface Descriptor {
	digest: string;
	size: number;
}

/**
 * Changes the config and the layers, adds a layer if asked to, and corrects all digests.
 * @throws {Error} this is no image
 */
function rebuilt(files: ImageFiles, { words, above, below = [] }: Omit<ImageChange, "spoil">): ImageFiles {
	const copy = new Map(files);
	const oldManifest = files.get("manifest.json") ?? Buffer.alloc(0);
	const manifest = JSON.parse(oldManifest.toString()) as { config: Descriptor; layers: Descriptor[] };
	// Parsed and written again first: JSON can escape the characters of a word in many ways.
	const document = JSON.stringify(JSON.parse(blobOf(files, manifest.config).toString()));
	const config = JSON.parse(replaced(Buffer.from(document), words).toString());
	const diffIdOf = (layer: Buffer) => `sha256:${sha256(uncompressed(layer) ?? layer)}`;
	const originals = [...manifest.layers];
	for (const [index, one] of originals.entries()) {
		const layer = replacedInside(blobOf(files, one), below);
		if (layer === blobOf(files, one)) continue;
		copy.delete(pathOf(one.digest));
		manifest.layers[index] = { ...one, ...put(copy, layer) };
		config.rootfs.diff_ids[index] = diffIdOf(layer);
	}
	if (above !== undefined) {
		const changedIn = (one: Descriptor) => replacedInside(blobOf(files, one), above);
		// Uses the last layer that contains the words: a layer above it may contain none.
		const last = originals.findLast((one) => changedIn(one) !== blobOf(files, one)) ?? originals.at(-1);
		if (last === undefined) throw new Error("no layer");
		const layer = changedIn(last);
		manifest.layers.push({ ...last, ...put(copy, layer) });
		config.rootfs.diff_ids.push(diffIdOf(layer));
		if (Array.isArray(config.history)) config.history.push({});
	}
	copy.delete(pathOf(manifest.config.digest));
	manifest.config = { ...manifest.config, ...put(copy, Buffer.from(JSON.stringify(config))) };
	const newManifest = Buffer.from(JSON.stringify(manifest));
	copy.set("manifest.json", newManifest);
	if (copy.delete(pathOf(`sha256:${sha256(oldManifest)}`))) put(copy, newManifest);
	// Other documents, such as index.json, refer to the manifest.
	for (const [path, content] of copy)
		if (!path.includes("/") && path !== "manifest.json") copy.set(path, renamed(content, oldManifest, newManifest));
	return copy;
}

function put(files: ImageFiles, content: Buffer): Descriptor {
	const digest = `sha256:${sha256(content)}`;
	files.set(pathOf(digest), content);
	return { digest, size: content.length };
}

function blobOf(files: ImageFiles, { digest }: Descriptor): Buffer {
	const content = files.get(pathOf(digest));
	if (content === undefined) throw new Error(`no blob ${digest}`);
	return content;
}

const pathOf = (digest: string) => `blobs/${digest.replace(":", "/")}`;

// Replaces a digest, and the size beside it. A file that is not JSON is no part of an image and stays unchanged.
function renamed(document: Buffer, before: Buffer, after: Buffer): Buffer {
	const [old, digest] = [before, after].map((content) => `sha256:${sha256(content)}`);
	const parsed = document.includes(old as string) ? parsedJson(document) : undefined;
	if (parsed === undefined) return document;
	const text = JSON.stringify(parsed, (_, value) =>
		value?.digest === old ? { ...value, digest, ...("size" in value ? { size: after.length } : {}) } : value,
	);
	return Buffer.from(text);
}

function parsedJson(document: Buffer): unknown {
	try {
		return JSON.parse(document.toString());
	} catch {
		return undefined;
	}
}
