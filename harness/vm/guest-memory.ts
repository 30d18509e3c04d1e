import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, writingToCache } from "../base/cache.ts";
import { checkRoom } from "../base/cache-owner.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { letMachinesOpen } from "./computer/confinement.ts";

/** The size of a guest's page, the smallest unit that is kept. */
const PAGE_BYTES = 4 << 10;
/** How much is written at once when a memory is put back. */
const BLOCK_BYTES = 64 << 10;
/** The size of a piece: how much is read and compared in one step. */
const PIECE_BYTES = 4 << 20;
/** How many pieces are compared in parallel. */
const WORKERS = 2;
/** Room for the machine's whole memory and for some kept pages. */
const ROOM_BYTES = 2 ** 30;

/** The contents of a memory at one moment: the pages that differ from the template's. */
export interface KeptMemory {
	/**
	 * The pages, piece by piece. The key is the piece's offset in the memory; `pages` are the offsets of its kept pages
	 * in the piece. `file` contains these pages one after another, from the offset `at`.
	 */
	pieces: ReadonlyMap<number, { at: number; pages: readonly number[] }>;
	/** The size of all kept pages together. */
	bytes: number;
	/** The file with the kept pages; null for {@link NO_PAGES}, which keeps none. */
	file: FileHandle | null;
	/** Closes the file; the contents cannot be used any more. */
	release(): Promise<void>;
}

const NO_PAGES: KeptMemory = { pieces: new Map(), bytes: 0, file: null, release: () => Promise.resolve() };

/**
 * The memory of a machine that can be put back: a file of its own, which the machine maps shared. No machine may run on
 * the file while this class reads or changes it.
 *
 * On Linux the files have no names, so they disappear with this process, however it ends.
 */
export class GuestMemory {
	private constructor(
		private readonly template: FileHandle,
		private readonly file: FileHandle,
		private readonly bytes: number,
		/** The file's path for {@link startQemu}. On Linux, it means the file only to this process. */
		readonly path: string,
		private readonly remove: () => Promise<void>,
	) {}

	/**
	 * Creates a copy of a template's memory.
	 * @param path the template's memory file
	 * @throws {Failure} unsupported: there is no room
	 */
	static async copyOf(path: string): Promise<GuestMemory> {
		const template = await open(path, "r");
		const { size } = await template.stat();
		const { file, place, remove } = await scratchFile();
		await file.truncate(size);
		await letMachinesOpen(place);
		const memory = new GuestMemory(template, file, size, place, remove);
		await memory.putBack(NO_PAGES);
		return memory;
	}

	/** Keeps the current contents. */
	async keep(): Promise<KeptMemory> {
		const { file, remove } = await scratchFile();
		await remove();
		const pieces = new Map<number, { at: number; pages: number[] }>();
		let end = 0;
		await this.#eachPiece(async (start, [original, now]) => {
			await Promise.all([readAll(this.template, original, start), readAll(this.file, now, start)]);
			if (now.equals(original)) return;
			const pages = differingBlocks(now, original, PAGE_BYTES);
			const packed = Buffer.concat(pages.map((page) => now.subarray(page, page + PAGE_BYTES)));
			const at = end;
			end += packed.length;
			pieces.set(start, { at, pages });
			await file.write(packed, 0, packed.length, at);
		});
		return { file, pieces, bytes: end, release: () => file.close() };
	}

	/** Restores contents that were kept. */
	async putBack({ file, pieces }: KeptMemory): Promise<void> {
		await this.#eachPiece(async (start, [wanted, now]) => {
			await Promise.all([readAll(this.template, wanted, start), readAll(this.file, now, start)]);
			const kept = pieces.get(start);
			if (file !== null && kept !== undefined) {
				const packed = Buffer.alloc(kept.pages.length * PAGE_BYTES);
				await readAll(file, packed, kept.at);
				for (const [index, page] of kept.pages.entries())
					packed.copy(wanted, page, index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
			}
			if (now.equals(wanted)) return;
			for (const block of differingBlocks(now, wanted, BLOCK_BYTES))
				await this.file.write(wanted, block, BLOCK_BYTES, start + block);
		});
	}

	async close(): Promise<void> {
		await this.remove();
		await Promise.all([this.file.close(), this.template.close()]);
	}

	async #eachPiece(work: (start: number, buffers: [Buffer, Buffer]) => Promise<void>): Promise<void> {
		let next = 0;
		const worker = async () => {
			const buffers: [Buffer, Buffer] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
			while (next < this.bytes) {
				const start = next;
				next += PIECE_BYTES;
				await work(start, buffers);
			}
		};
		await Promise.all(Array.from({ length: WORKERS }, worker));
	}
}

/** The offsets of the blocks of `step` bytes in which two buffers differ. */
function differingBlocks(one: Buffer, other: Buffer, step: number): number[] {
	const starts = Array.from({ length: one.length / step }, (_, index) => index * step);
	return starts.filter((start) => one.compare(other, start, start + step, start, start + step) !== 0);
}

async function readAll(file: FileHandle, into: Buffer, from: number): Promise<void> {
	for (let filled = 0; filled < into.length; ) {
		const { bytesRead } = await file.read(into, filled, into.length - filled, from + filled);
		if (bytesRead === 0) throw new Error("a memory file ends too early");
		filled += bytesRead;
	}
}

/**
 * Makes an empty file in the cache.
 * @returns the open file; a path by which it can be opened again, on Linux only by this process; and a function that
 * deletes it if it has a name
 * @throws {Failure} unsupported: there is no room
 */
async function scratchFile(): Promise<{ file: FileHandle; place: string; remove: () => Promise<void> }> {
	const dir = join(cacheDir, "scratch");
	const place = join(dir, randomBytes(8).toString("hex"));
	await writingToCache(place, () => makeDirectories(dir));
	await checkRoom(dir, ROOM_BYTES, "a machine that can be put back");
	if (process.platform !== "linux")
		return { file: await open(place, "wx+", 0o600), place, remove: () => rm(place, { force: true }) };
	// Synchronous calls, so that no other code of this process, such as an interruption, runs while the file has a name.
	const fd = openSync(place, "wx+", 0o600);
	rmSync(place);
	const file = await open(`/proc/self/fd/${fd}`, "r+");
	closeSync(fd);
	return { file, place: `/proc/self/fd/${file.fd}`, remove: async () => {} };
}
