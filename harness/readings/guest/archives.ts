import { createHash } from "node:crypto";
import * as zlib from "node:zlib";
import { IMAGE_LIMITS } from "../image-limits.ts";
import type { Archive, ArchiveMember } from "../images.ts";

/** Reads tar archives that an exercise has made. Every part may be wrong. See POSIX, pax: ustar Interchange Format. */

const BLOCK = 512;
/** A compressed archive is read if it has at most this size when it is uncompressed. */
const TAR_BYTES_MAX = 32 << 20;

/** Pairs of words of equal length: the first is replaced by the second. */
export type Replacements = [string, string][];

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/**
 * Reads the members of an archive, as far as they can be read.
 * @param digest the blob's digest, which is also the archive's if the archive is not compressed
 */
export function readArchive(blob: Buffer, digest = sha256(blob)): Archive {
	const compression = compressionOf(blob);
	const tar = uncompressed(blob);
	if (tar === null)
		return {
			compression,
			sha256: "",
			members: [],
			ends: false,
			problem: `its ${compression} data cannot be decompressed`,
		};
	return { compression, sha256: tar === blob ? digest : sha256(tar), ...membersOf(tar) };
}

/** The uncompressed content of a blob; null if it cannot be uncompressed. */
export function uncompressed(blob: Buffer): Buffer | null {
	const compression = compressionOf(blob);
	if (compression === "none") return blob;
	const { zstdDecompressSync } = zlib as { zstdDecompressSync?: typeof zlib.gunzipSync };
	const decompress = compression === "gzip" ? zlib.gunzipSync : zstdDecompressSync;
	try {
		return decompress?.(blob, { maxOutputLength: TAR_BYTES_MAX }) ?? null;
	} catch {
		return null;
	}
}

/** Compresses a tar archive in the way in which `like` is compressed. */
function compressedLike(like: Buffer, tar: Buffer): Buffer {
	const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
	const compression = compressionOf(like);
	if (compression === "gzip") return zlib.gzipSync(tar);
	return compression === "zstd" ? (zstdCompressSync?.(tar) ?? tar) : tar;
}

/**
 * Replaces words in a blob. If the blob is compressed, replaces them in its content, and compresses that again.
 * @returns the same buffer if the blob contains none of the words
 */
export function replacedInside(blob: Buffer, replacements: Replacements): Buffer {
	const content = uncompressed(blob) ?? blob;
	const changed = replaced(content, replacements);
	return changed.equals(content) ? blob : compressedLike(blob, changed);
}

/** Replaces words wherever they occur. */
export function replaced(content: Buffer, replacements: Replacements): Buffer {
	return replacements.reduce((left, [word, other]) => {
		return Buffer.from(left.toString("latin1").replaceAll(word, other), "latin1");
	}, content);
}

function compressionOf(blob: Buffer): Archive["compression"] {
	if (blob.length >= 2 && blob.readUInt16BE(0) === 0x1f8b) return "gzip";
	return blob.length >= 4 && blob.readUInt32BE(0) === 0x28b52ffd ? "zstd" : "none";
}

type Contents = Pick<Archive, "members" | "ends" | "problem">;

function membersOf(tar: Buffer): Contents {
	const members: ArchiveMember[] = [];
	// Fields that one entry gives for the next entry, such as paths that are too long for its header.
	let longer: Partial<Record<"path" | "linkpath" | "size", string>> = {};
	for (let at = 0; at + BLOCK <= tar.length; ) {
		const header = tar.subarray(at, at + BLOCK);
		if (isEmpty(header))
			return { members, ends: tar.length - at >= 2 * BLOCK && isEmpty(tar.subarray(at)), problem: "" };
		if (!hasChecksum(header)) return { members, ends: false, problem: `no tar header at byte ${at}` };
		const size = longer.size === undefined ? numberAt(header, 124, 12) : Number(longer.size);
		const start = at + BLOCK;
		if (!(size >= 0) || start + size > tar.length)
			return { members, ends: false, problem: `it is cut off: byte ${at} says that ${size} bytes follow` };
		const content = tar.subarray(start, start + size);
		at = start + Math.ceil(size / BLOCK) * BLOCK;
		const type = String.fromCharCode(header[156] ?? 0);
		if (type === "x") longer = { ...longer, ...recordsOf(content) };
		else if (type === "L") longer.path = textAt(content, 0, content.length);
		else if (type === "K") longer.linkpath = textAt(content, 0, content.length);
		else if (type !== "g") {
			if (members.length === IMAGE_LIMITS.entries) return { members, ends: false, problem: "too many entries" };
			members.push(member(header, type, content, longer));
			longer = {};
		}
	}
	return { members, ends: false, problem: members.length === 0 ? "no tar header" : "" };
}

const KINDS: Record<string, ArchiveMember["kind"]> = { "1": "hardlink", "2": "symlink", "5": "directory" };

function member(
	header: Buffer,
	type: string,
	content: Buffer,
	longer: { path?: string; linkpath?: string },
): ArchiveMember {
	const prefix = header.toString("latin1", 257, 263) === "ustar\0" ? textAt(header, 345, 155) : "";
	const path = longer.path ?? `${prefix === "" ? "" : `${prefix}/`}${textAt(header, 0, 100)}`;
	return {
		path: shortPath(path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "")),
		kind: ["0", "7", "\0"].includes(type) ? "file" : (KINDS[type] ?? "other"),
		mode: numberAt(header, 100, 8) & 0o7777,
		uid: numberAt(header, 108, 8),
		gid: numberAt(header, 116, 8),
		target: shortPath(longer.linkpath ?? textAt(header, 157, 100)),
		sha256: sha256(content),
	};
}

// "20 path=a/long/path\n": the number is the record's own length.
function recordsOf(content: Buffer): Record<string, string> {
	const records: Record<string, string> = Object.create(null);
	for (const [, key = "", value = ""] of content.toString().matchAll(/^\d+ (path|linkpath|size)=(.*)$/gm))
		records[key] = value;
	return { ...records };
}

// A number in octal digits. If the number is too large for them, the first bit is set, and the field is binary.
function numberAt(header: Buffer, at: number, length: number): number {
	const isBinary = ((header[at] ?? 0) & 0x80) !== 0;
	const value = isBinary
		? header.readUIntBE(at + length - 6, 6)
		: Number.parseInt(textAt(header, at, length).trim() || "0", 8);
	return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function textAt(bytes: Buffer, at: number, length: number): string {
	const field = bytes.subarray(at, at + length);
	const end = field.indexOf(0);
	return field.toString("utf8", 0, end === -1 ? field.length : end);
}

function hasChecksum(header: Buffer): boolean {
	const recorded = numberAt(header, 148, 8);
	const sum = header.reduce((left, byte, index) => left + (index >= 148 && index < 156 ? 0x20 : byte), 0);
	return sum === recorded;
}

export const shortPath = (text: string): string => text.slice(0, IMAGE_LIMITS.pathChars);

const isEmpty = (bytes: Buffer) => bytes.equals(Buffer.alloc(bytes.length));
