import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { fromBufferPromise, type Entry as ZipEntry } from "yauzl";
import { ConcurrencyLimit } from "../../base/concurrently.ts";
import { tooLarge } from "../../base/regular-file.ts";
import { printableName } from "../results/harmless.ts";
import {
	asText,
	DEPTH_MAX,
	ENTRIES_MAX,
	FILE_BYTES_MAX,
	type Folder,
	isSkipped,
	isSource,
	pathsWithoutTheKit,
} from "./folder.ts";

/**
 * Reads archives that somebody handed in: .zip, .tar and .tar.gz. Nothing is written to the disk. A file is kept only
 * if it may be a module, or something that a module imports. Everything has a limit.
 */

/** Limit for everything in a tar archive, and for the files of a zip archive that are kept. */
const UNPACKED_BYTES_MAX = 64 << 20;
/** Maximum number of archives that are read in one submission. */
const ARCHIVES_MAX = 8;

/** Lets one archive at a time be unpacked: even a small one may take a hundred megabytes of memory. */
const unpacking = new ConcurrencyLimit(1);

/**
 * Lists the files in an archive like those of a folder.
 * @param read reads the archive's bytes
 * @throws {Error} the bytes cannot be read, or are not an archive that drydock can unpack
 */
export function readArchive(read: () => Promise<Buffer>): Promise<Folder> {
	return unpacking.run(async () => {
		const bytes = await read();
		const contents = new ArchiveContents();
		if (bytes.subarray(0, 2).toString() === "PK") await readZip(bytes, contents);
		else await readTar(bytes, contents);
		return contents.folder();
	});
}

/** The folder, with the files in its archives. Archives in archives are not read. */
export async function withArchives(folder: Folder): Promise<Folder> {
	if (folder.archives.size === 0) return folder;
	const [files, refused] = [new Map(folder.files), new Map(folder.refused)];
	let isTruncated = folder.isTruncated || folder.archives.size > ARCHIVES_MAX;
	for (const [path, read] of [...folder.archives].slice(0, ARCHIVES_MAX)) {
		const packed = await readArchive(read).catch((error: Error) => error);
		if (packed instanceof Error) {
			refused.set(path, `cannot be read: ${packed.message}`);
			continue;
		}
		for (const [below, text] of packed.files) files.set(`${path}${below}`, text);
		for (const [below, why] of packed.refused) refused.set(`${path}${below}`, why);
		isTruncated ||= packed.isTruncated;
	}
	return { files, refused, archives: new Map(), isTruncated };
}

/** The part of an archive that is kept. */
class ArchiveContents {
	/** The files to keep, by path: the content, or null if the file is too large. */
	readonly #files = new Map<string, Buffer | null>();
	readonly #refused = new Map<string, string>();
	#entries = 0;
	#bytes = 0;
	#isTruncated = false;

	/** Counts an entry. @returns whether it is within the limit */
	count(): boolean {
		this.#entries += 1;
		this.#isTruncated ||= this.#entries > ENTRIES_MAX;
		return this.#entries <= ENTRIES_MAX;
	}

	/**
	 * The path of an entry, as in a folder; null if the entry is left out.
	 * @throws {Error} it leads out of the archive
	 */
	pathOf(name: string): string | null {
		const parts = name.split("/").filter((part) => part !== "" && part !== ".");
		const shown = parts.map((part) => printableName(Buffer.from(part)));
		if (name.startsWith("/") || parts.includes(".."))
			throw new Error(`the path ${JSON.stringify(shown.join("/").slice(0, 100))} in it leads out of the archive`);
		if (parts.length > DEPTH_MAX) this.#isTruncated = true;
		return parts.length > DEPTH_MAX || parts.length === 0 || parts.some(isSkipped) ? null : `/${shown.join("/")}`;
	}

	/** Whether to unpack a file of this size. A source file that is too large is kept without its content. */
	wants(path: string, size: number): boolean {
		if (!isSource(path)) return false;
		if (size > FILE_BYTES_MAX) this.#files.set(path, null);
		else if (this.#bytes + size > UNPACKED_BYTES_MAX) this.#isTruncated = true;
		else return true;
		return false;
	}

	keep(path: string, content: Buffer): void {
		this.#bytes += content.length;
		this.#files.set(path, content);
	}

	refuse(path: string, why: string): void {
		this.#refused.set(path, why);
	}

	folder(): Folder {
		const files = pathsWithoutTheKit([...this.#files.keys()]).map((path) => {
			const content = this.#files.get(path) ?? null;
			return [
				path,
				async () => (content === null ? Promise.reject(tooLarge(FILE_BYTES_MAX)) : asText(content)),
			] as const;
		});
		return { files: new Map(files), refused: this.#refused, archives: new Map(), isTruncated: this.#isTruncated };
	}
}

const LINK = "is a symbolic link, and links are not followed";
const NO_FILE = "is neither a file nor a folder";

/** The file types in the attributes of a zip archive that was made on Unix: see inode(7). */
const [S_IFMT, S_IFREG, S_IFDIR, S_IFLNK] = [0o170000, 0o100000, 0o040000, 0o120000];

async function readZip(bytes: Buffer, contents: ArchiveContents): Promise<void> {
	// yauzl refuses absolute paths and "..", and a file that is larger than the archive says.
	const zip = await fromBufferPromise(bytes, { lazyEntries: true }).catch((cause: Error) => {
		throw new Error(`it is damaged: ${cause.message}`, { cause });
	});
	const readOne = async (entry: ZipEntry) => {
		const path = contents.pathOf(entry.fileName);
		if (path === null || entry.fileName.endsWith("/")) return;
		const type = (entry.externalFileAttributes >>> 16) & S_IFMT;
		if (type === S_IFLNK) return contents.refuse(path, LINK);
		if (![0, S_IFREG, S_IFDIR].includes(type)) return contents.refuse(path, NO_FILE);
		if (!contents.wants(path, entry.uncompressedSize)) return;
		if (entry.isEncrypted()) return contents.refuse(path, "cannot be read: it is encrypted");
		const chunks: Buffer[] = [];
		for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
		contents.keep(path, Buffer.concat(chunks));
	};
	try {
		for await (const entry of zip.eachEntry()) {
			if (!contents.count()) break;
			await readOne(entry);
		}
	} catch (cause) {
		throw new Error(`it is damaged: ${(cause as Error).message}`, { cause });
	}
}

async function readTar(bytes: Buffer, contents: ArchiveContents): Promise<void> {
	const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
	const tar = isZipped ? await unzipped(bytes) : bytes;
	// Without this check, the parser would try to decompress the bytes once more.
	if (tar.length < 512 || !isTar(tar)) throw new Error("it is neither a zip nor a tar archive");
	const kept: Promise<void>[] = [];
	await new Promise<void>((resolve, reject) => {
		const fail = (error: Error) => reject(new Error(`it is damaged: ${error.message}`, { cause: error }));
		const parser = new Parser({
			onReadEntry: (entry) => {
				const keep = attempt(() => (contents.count() ? wantedPath(entry, contents) : null), fail);
				if (keep === null || keep === undefined) entry.resume();
				else kept.push(entry.concat().then((content) => contents.keep(keep, content)));
			},
			onwarn: (code, message) => {
				if (DAMAGED.has(code)) fail(new Error(String(message)));
			},
		});
		parser.on("error", fail);
		parser.on("end", resolve);
		parser.end(tar);
	});
	await Promise.all(kept);
}

const DAMAGED = new Set(["TAR_BAD_ARCHIVE", "TAR_ABORT", "TAR_ENTRY_ERROR", "TAR_ENTRY_INVALID"]);
const FILE_TYPES = new Set<ReadEntry["type"]>(["File", "OldFile", "ContiguousFile"]);

// The path of a file that is to be kept; null if the entry is not. Records links and devices as refused.
function wantedPath({ path: name, type, size }: ReadEntry, contents: ArchiveContents): string | null {
	const path = contents.pathOf(name);
	if (path === null || type === "Directory" || type === "GNUDumpDir") return null;
	if (FILE_TYPES.has(type)) return contents.wants(path, size) ? path : null;
	contents.refuse(path, type === "SymbolicLink" || type === "Link" ? LINK : NO_FILE);
	return null;
}

function attempt<T>(work: () => T, fail: (error: Error) => void): T | undefined {
	try {
		return work();
	} catch (error) {
		fail(error as Error);
		return undefined;
	}
}

// The magic of POSIX and of GNU archives, or the header's checksum: older archives have no magic. See tar(5).
function isTar(tar: Buffer): boolean {
	if (tar.toString("latin1", 257, 262) === "ustar") return true;
	const sum = tar.subarray(0, 512).reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
	return Number.parseInt(tar.toString("latin1", 148, 155), 8) === sum;
}

function unzipped(bytes: Buffer): Promise<Buffer> {
	return promisify(gunzip)(bytes, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((cause) => {
		const isLarge = cause.code === "ERR_BUFFER_TOO_LARGE";
		throw new Error(isLarge ? `unpacked, it is larger than ${UNPACKED_BYTES_MAX >> 20} MiB` : "it is damaged", {
			cause,
		});
	});
}
