import { randomBytes } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, inOwnCache } from "../base/cache.ts";
import { needRoom } from "../base/cache-owner.ts";
import { makeDirectories } from "../base/make-directories.ts";
import { openToMachines } from "./confinement.ts";

/** A page of the guest's: the smallest piece that is kept. */
const PAGE_BYTES = 4 << 10;
/** What is written at once. */
const BLOCK_BYTES = 64 << 10;
/** What is compared at once, and how many of them. */
const PIECE_BYTES = 4 << 20;
const AT_ONCE = 2;
/** What the machine may fill, and some of what is kept. */
const ROOM_BYTES = 2 ** 30;

/** What a memory held at one moment: the pages that differ from its template's. */
export interface Kept {
	/** By the piece that they are in: where they are in the file, one after the other, and where in the piece. */
	pieces: ReadonlyMap<number, { at: number; pages: readonly number[] }>;
	bytes: number;
	/** Null where there are none. */
	file: FileHandle | null;
	/** It is of no use any more. */
	release(): Promise<void>;
}

const NOTHING: Kept = { pieces: new Map(), bytes: 0, file: null, release: () => Promise.resolve() };

/**
 * The memory of a machine that can be put back: a file of its own, which the machine writes through. No machine may run
 * on it while it is read or put back.
 *
 * Its files have no names: they are gone with this process, however it ends.
 */
export class Memory {
	private constructor(
		private readonly template: FileHandle,
		private readonly file: FileHandle,
		private readonly bytes: number,
		/** Where a machine that this process starts finds it. */
		readonly path: string,
		private readonly remove: () => Promise<void>,
	) {}

	/**
	 * A copy of a template's memory.
	 * @throws {Failure} unsupported: there is no room
	 */
	static async copyOf(path: string): Promise<Memory> {
		const template = await open(path, "r");
		const { size } = await template.stat();
		const { file, place, remove } = await scratchFile();
		await file.truncate(size);
		await openToMachines(place);
		const memory = new Memory(template, file, size, place, remove);
		await memory.putBack(NOTHING);
		return memory;
	}

	/** Keeps what it holds now. */
	async keep(): Promise<Kept> {
		const { file, remove } = await scratchFile();
		await remove();
		const pieces = new Map<number, { at: number; pages: number[] }>();
		let end = 0;
		await this.#eachPiece(async (start, [wanted, now]) => {
			await Promise.all([readAll(this.template, wanted, start), readAll(this.file, now, start)]);
			if (now.equals(wanted)) return;
			const pages = differing(now, wanted, PAGE_BYTES);
			const packed = Buffer.concat(pages.map((page) => now.subarray(page, page + PAGE_BYTES)));
			const at = end;
			end += packed.length;
			pieces.set(start, { at, pages });
			await file.write(packed, 0, packed.length, at);
		});
		return { file, pieces, bytes: end, release: () => file.close() };
	}

	/** Makes it hold what was kept. */
	async putBack({ file, pieces }: Kept): Promise<void> {
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
			for (const block of differing(now, wanted, BLOCK_BYTES))
				await this.file.write(wanted, block, BLOCK_BYTES, start + block);
		});
	}

	async close(): Promise<void> {
		await this.remove();
		await Promise.all([this.file.close(), this.template.close()]);
	}

	async #eachPiece(work: (start: number, buffers: [wanted: Buffer, now: Buffer]) => Promise<void>): Promise<void> {
		let next = 0;
		const worker = async () => {
			const buffers: [Buffer, Buffer] = [Buffer.alloc(PIECE_BYTES), Buffer.alloc(PIECE_BYTES)];
			while (next < this.bytes) {
				const start = next;
				next += PIECE_BYTES;
				await work(start, buffers);
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
	}
}

/** Where two buffers differ, in steps of `step` bytes. */
function differing(one: Buffer, other: Buffer, step: number): number[] {
	const starts = Array.from({ length: one.length / step }, (_, index) => index * step);
	return starts.filter((start) => one.compare(other, start, start + step, start, start + step) !== 0);
}

async function readAll(file: FileHandle, into: Buffer, from: number): Promise<void> {
	for (let had = 0; had < into.length; ) {
		const { bytesRead } = await file.read(into, had, into.length - had, from + had);
		if (bytesRead === 0) throw new Error("a memory file ends too early");
		had += bytesRead;
	}
}

async function scratchFile(): Promise<{ file: FileHandle; place: string; remove: () => Promise<void> }> {
	const dir = join(cacheDir, "scratch");
	const place = join(dir, randomBytes(8).toString("hex"));
	await inOwnCache(place, () => makeDirectories(dir));
	await needRoom(dir, ROOM_BYTES, "a machine that can be put back");
	if (process.platform !== "linux")
		return { file: await open(place, "wx+", 0o600), place, remove: () => rm(place, { force: true }) };
	// At once, so that nothing comes between: not even the end of this process.
	const fd = openSync(place, "wx+", 0o600);
	rmSync(place);
	const file = await open(`/proc/self/fd/${fd}`, "r+");
	closeSync(fd);
	return { file, place: `/proc/self/fd/${file.fd}`, remove: async () => {} };
}
