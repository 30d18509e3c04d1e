import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync, type Stats } from "node:fs";
import { hasAttribute } from "../../../native/guest.ts";
import type { Entry } from "../files.ts";
import { formatDevice } from "./device.ts";
import { HARBOUR_ROOT } from "./paths.ts";
import type { Reader } from "./reader.ts";

const ENTRIES_MAX = 512;
/** How much of a file is read. */
const BYTES_MAX = 1 << 20;
/** How much of a file's content its entry has as `text`. */
const SHOWN_BYTES = 1000;

// One buffer for all files: in emulation, allocating a mebibyte takes longer than reading into it.
const buffer = Buffer.allocUnsafeSlow(BYTES_MAX);

/**
 * Digests of small files that were read before, by content. The snapshot already contains the digests of the host's own
 * files.
 */
const digests = new Map<string, string>();
const DIGESTS_MAX = 64;
const SMALL_BYTES = 4096;

export const files: Reader<"files"> = ({ watch = [], inRoot = [], treesInRoot = [] } = {}) => ({
	host: () => ({ trees: Object.fromEntries(watch.map((path) => [path, readTree(`${HARBOUR_ROOT}${path}`)])) }),
	process: ({ pid }) => ({
		files: Object.fromEntries(inRoot.map((path) => [path, readEntry(`/proc/${pid}/root`, path)])),
		rootTrees: Object.fromEntries(treesInRoot.map((path) => [path, readTree(`/proc/${pid}/root/${path}`)])),
	}),
});

/**
 * Reads a directory and everything below it, sorted, at most ENTRIES_MAX entries; null if there is no such directory.
 */
export function readTree(top: string): Entry[] | null {
	if (readEntry(top, ".") === null) return null;
	const entries: Entry[] = [];
	collect(top, ".", entries);
	return entries;
}

/** Reads a file or directory; null if it does not exist. */
function readEntry(top: string, path: string): Entry | null {
	const fullPath = `${top}/${path}`;
	let info: Stats;
	try {
		info = lstatSync(fullPath);
	} catch {
		return null;
	}
	const kind = kindOf(info);
	const content = kind === "file" ? readContent(fullPath) : undefined;
	return {
		path,
		kind,
		inode: info.ino,
		changedMs: info.ctimeMs,
		mode: info.mode & 0o7777,
		uid: info.uid,
		gid: info.gid,
		size: info.size,
		device: kind === "char" || kind === "block" ? formatDevice(info.rdev) : "",
		sha256: content === undefined ? "" : digestOf(content),
		text: kind === "symlink" ? readlinkSync(fullPath) : (content?.subarray(0, SHOWN_BYTES).toString() ?? ""),
		opaque: kind === "directory" && hasAttribute(fullPath, "trusted.overlay.opaque"),
	};
}

function collect(top: string, path: string, entries: Entry[]): void {
	if (entries.length >= ENTRIES_MAX) return;
	const entry = readEntry(top, path);
	if (entry === null) return;
	entries.push(entry);
	if (entry.kind !== "directory") return;
	for (const name of readdirSync(`${top}/${path}`).sort())
		collect(top, path === "." ? name : `${path}/${name}`, entries);
}

/** Reads the first BYTES_MAX bytes. The result is a part of the shared buffer: the next reading overwrites it. */
function readContent(path: string): Buffer {
	const fd = openSync(path, "r");
	try {
		let length = 0;
		for (let read = -1; read !== 0 && length < BYTES_MAX; length += read)
			read = readSync(fd, buffer, length, BYTES_MAX - length, null);
		return buffer.subarray(0, length);
	} finally {
		closeSync(fd);
	}
}

// Known digests are found by the whole content, so an exercise cannot get a wrong digest for a file.
function digestOf(content: Buffer): string {
	const compute = () => createHash("sha256").update(content).digest("hex");
	if (content.length > SMALL_BYTES) return compute();
	const key = content.toString("latin1");
	const known = digests.get(key);
	if (known !== undefined) return known;
	const digest = compute();
	if (digests.size < DIGESTS_MAX) digests.set(key, digest);
	return digest;
}

function kindOf(info: Stats): Entry["kind"] {
	if (info.isFile()) return "file";
	if (info.isDirectory()) return "directory";
	if (info.isSymbolicLink()) return "symlink";
	if (info.isCharacterDevice()) return "char";
	if (info.isBlockDevice()) return "block";
	return info.isFIFO() ? "fifo" : "socket";
}
