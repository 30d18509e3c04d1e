import {
	IMAGE_FILE_BYTES_MAX,
	type InstrumentContext,
	readHarbourFile,
	replaced,
	replacedInside,
	sha256,
	uncompressed,
	writeHarbourFile,
} from "#guest";
import type { ImageChange } from "./image-change.ts";

/**
 * Makes changed copies of images. In some copies all digests are right again. In others, a blob does not match its
 * name.
 */

/** The files of an image by their path in the image: the blobs, and the files directly in the image's directory. */
export type ImageFiles = Map<string, Buffer>;

/**
 * Makes a changed copy of an image. If `from` is no image, or its parts do not fit together, all files are copied, and
 * only `corruptedWords` are replaced.
 * @param from path of the image
 * @param to path of the copy
 * @param change the words to replace, and the layer to add
 * @returns the number of files in the copy
 */
export function copyImage(_: InstrumentContext, from: string, to: string, change: ImageChange): number {
	const copy = changedFiles(filesOf(from), change);
	for (const [path, content] of copy) writeHarbourFile(`${to}/${path}`, content);
	return copy.size;
}

function filesOf(image: string): ImageFiles {
	const files: ImageFiles = new Map();
	const take = (directory: string) => {
		for (const name of readHarbourFile(`${image}/${directory}`, 0)?.names ?? []) {
			const path = directory === "" ? name : `${directory}/${name}`;
			const found = readHarbourFile(`${image}/${path}`, IMAGE_FILE_BYTES_MAX);
			if (found?.info.isFile()) files.set(path, found.content);
		}
	};
	take("");
	for (const algorithm of readHarbourFile(`${image}/blobs`, 0)?.names ?? []) take(`blobs/${algorithm}`);
	return files;
}

/** The files of the changed copy. */
export function changedFiles(files: ImageFiles, { corruptedWords, ...change }: ImageChange): ImageFiles {
	let copy = files;
	try {
		copy = withCorrectDigests(files, change);
	} catch {
		// This is no image, or it is inconsistent. Other facts report that.
	}
	const corrupted = [...copy].map(([path, content]): [string, Buffer] => [
		path,
		path.startsWith("blobs/") ? replacedInside(content, corruptedWords) : content,
	]);
	return new Map(corrupted);
}

interface Descriptor {
	digest: string;
	size: number;
}

/**
 * Changes the config and the layers, adds a layer if asked to, and corrects all digests.
 * @throws {Error} this is no image, or a blob that the manifest names is missing
 */
function withCorrectDigests(
	files: ImageFiles,
	{ configWords, addedLayerWords, layerWords = [] }: Omit<ImageChange, "corruptedWords">,
): ImageFiles {
	const copy = new Map(files);
	const oldManifest = files.get("manifest.json") ?? Buffer.alloc(0);
	const manifest = JSON.parse(oldManifest.toString()) as { config: Descriptor; layers: Descriptor[] };
	// The config is parsed and written again first: JSON can escape the characters of a word in many ways.
	const document = JSON.stringify(JSON.parse(blobOf(files, manifest.config).toString()));
	const config = JSON.parse(replaced(Buffer.from(document), configWords).toString());
	const diffIdOf = (layer: Buffer) => `sha256:${sha256(uncompressed(layer) ?? layer)}`;
	const originals = [...manifest.layers];
	for (const [index, original] of originals.entries()) {
		const layer = replacedInside(blobOf(files, original), layerWords);
		if (layer === blobOf(files, original)) continue;
		copy.delete(pathOf(original.digest));
		manifest.layers[index] = { ...original, ...putBlob(copy, layer) };
		config.rootfs.diff_ids[index] = diffIdOf(layer);
	}
	if (addedLayerWords !== undefined) {
		const changed = (original: Descriptor) => replacedInside(blobOf(files, original), addedLayerWords);
		// Uses the last layer that contains the words: a layer above it may contain none.
		const last = originals.findLast((original) => changed(original) !== blobOf(files, original)) ?? originals.at(-1);
		if (last === undefined) throw new Error("no layer");
		const layer = changed(last);
		manifest.layers.push({ ...last, ...putBlob(copy, layer) });
		config.rootfs.diff_ids.push(diffIdOf(layer));
		if (Array.isArray(config.history)) config.history.push({});
	}
	copy.delete(pathOf(manifest.config.digest));
	manifest.config = { ...manifest.config, ...putBlob(copy, Buffer.from(JSON.stringify(config))) };
	const newManifest = Buffer.from(JSON.stringify(manifest));
	copy.set("manifest.json", newManifest);
	if (copy.delete(pathOf(`sha256:${sha256(oldManifest)}`))) putBlob(copy, newManifest);
	// Other documents, such as index.json, refer to the manifest.
	for (const [path, content] of copy)
		if (!path.includes("/") && path !== "manifest.json")
			copy.set(path, withNewDigest(content, oldManifest, newManifest));
	return copy;
}

function putBlob(files: ImageFiles, content: Buffer): Descriptor {
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

// Replaces the digest of `before` by the digest of `after`, and the size beside it. A document that is not JSON is no
// part of an image, and stays unchanged.
function withNewDigest(document: Buffer, before: Buffer, after: Buffer): Buffer {
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
