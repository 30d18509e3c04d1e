import { createHash } from "node:crypto";
import { chmod, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readLinked } from "../base/regular-file.ts";

/**
 * A seal: a digest of a file, within the file. It tells what drydock wrote and nobody has changed since, wherever it is
 * now, so it can be written anew and need not be carried anywhere.
 */
const MARK = "packed by drydock: ";
/** Many times what drydock writes. */
const FILE_BYTES_MAX = 64 << 20;
const BLANK = "0".repeat(64);

/** Where a seal is to be, in a comment of what is handed to {@link sealed}. */
export const SEAL = `${MARK}${BLANK}`;

/** Puts the digest where {@link SEAL} is. */
export function sealed(content: Buffer): Buffer {
	return withDigest(content, digestOf(content));
}

/** Whether it is what {@link sealed} has made, byte for byte. */
export function isSealed(content: Buffer): boolean {
	const at = content.indexOf(MARK);
	if (at === -1 || content.length < at + SEAL.length) return false;
	const digest = content.toString("latin1", at + MARK.length, at + SEAL.length);
	return digest === digestOf(withDigest(content, BLANK));
}

/** Whether a file can be written without a loss: it is not there, or is what {@link sealed} has made. */
export async function isReplaceable(path: string): Promise<boolean> {
	try {
		return isSealed(await readLinked(path, FILE_BYTES_MAX));
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "ENOENT";
	}
}

/** Writes a file at once: whoever runs the old one meanwhile goes on with it. */
export async function replace(path: string, content: Buffer, mode?: number): Promise<void> {
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
