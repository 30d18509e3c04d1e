import { createHash } from "node:crypto";
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readThroughLinks } from "../base/regular-file.ts";

/**
 * A seal is a digest of a file, inside the file. It shows that drydock wrote the file and nobody has changed it since,
 * wherever the file is now. So the file can be overwritten without a loss, and an export can leave it out.
 */
const MARK = "packed by drydock: ";
/** Many times the size of any file that drydock seals. */
const FILE_BYTES_MAX = 64 << 20;
const BLANK = "0".repeat(64);

/** The placeholder for the seal, in a comment of the content that {@link withSeal} gets. */
export const SEAL_PLACEHOLDER = `${MARK}${BLANK}`;

/** Replaces {@link SEAL_PLACEHOLDER} in the content by the seal with the content's digest. */
export function withSeal(content: Buffer): Buffer {
	return withDigest(content, digestOf(content));
}

/** Whether the content is exactly what {@link withSeal} returned once. */
export function isSealed(content: Buffer): boolean {
	const at = content.indexOf(MARK);
	if (at === -1 || content.length < at + SEAL_PLACEHOLDER.length) return false;
	const digest = content.toString("latin1", at + MARK.length, at + SEAL_PLACEHOLDER.length);
	return digest === digestOf(withDigest(content, BLANK));
}

/** Whether a file can be overwritten without a loss: it does not exist, or its seal is intact. */
export async function isReplaceable(path: string): Promise<boolean> {
	try {
		return isSealed(await readThroughLinks(path, FILE_BYTES_MAX));
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ENOENT";
	}
}

/** Replaces a file atomically. A process that runs the old file keeps the old one. */
export async function replaceFile(path: string, content: Buffer, mode?: number): Promise<void> {
	const staging = await mkdtemp(join(dirname(path), ".drydock-"));
	try {
		await writeFile(join(staging, "new"), content);
		if (mode !== undefined) await chmod(join(staging, "new"), mode);
		await rename(join(staging, "new"), path);
	} finally {
		await rm(staging, { recursive: true });
	}
}

const digestOf = (content: Buffer) => createHash("sha256").update(content).digest("hex");

function withDigest(content: Buffer, digest: string): Buffer {
	const copy = Buffer.from(content);
	copy.write(digest, copy.indexOf(MARK) + MARK.length, "latin1");
	return copy;
}
