import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, chmod, constants, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";

/**
 * A seal records the size, time and digest of each file of a cache entry when the entry is published. If a file is cut
 * off, changed or removed later, the entry no longer matches its seal.
 *
 * Reading hundreds of megabytes at every start would take too long, so sizes and times are compared first. Times are
 * compared in whole seconds, because tar(1) and container images keep no fractions. If a time differs, as after a plain
 * copy, the digest decides.
 */

const SEAL = "seal.json";

const Files = v.array(v.object({ name: v.string(), bytes: v.number(), mtimeS: v.number(), sha256: v.string() }));
const Seal = v.object({ version: v.literal(2), files: Files });
// Older seals have no digests, and their times are in milliseconds. A copy may have rounded the times.
const OlderSeal = v.pipe(
	v.array(v.tuple([v.string(), v.number(), v.number()])),
	v.transform((files) => files.map(([name, bytes, mtimeMs]) => ({ name, bytes, mtimeMs }))),
);

type SealedFile = v.InferOutput<typeof Files | typeof OlderSeal>[number];

interface Measured {
	name: string;
	bytes: number;
	mtimeMs: number;
	/** Whether other users may read the file. */
	open: boolean;
}

/** Seals a directory's files, and lets all users read them, whatever this process's umask(2) is. */
export async function seal(dir: string): Promise<void> {
	await makeReadableByAll(dir);
	await writeSeal(dir, await measure(dir));
}

/**
 * Whether a directory's files match its seal. False if the directory cannot be read.
 *
 * If they match and the directory belongs to this user, also mends what is out of date: renews a seal whose times
 * differ from the files' or that has no digests, and lets all users read the files.
 */
export async function isSealed(dir: string): Promise<boolean> {
	const sealed = await readSeal(dir);
	// Another process may have discarded the entry meanwhile, or it belongs to another user and may not be read.
	const measured = sealed === null ? null : await measure(dir).catch(() => null);
	if (sealed === null || measured === null || sealed.length !== measured.length) return false;
	const known = new Map(sealed.map((file) => [file.name, file]));
	if (measured.some(({ name, bytes }) => known.get(name)?.bytes !== bytes)) return false;
	const copied = measured.filter(({ name, mtimeMs }) => !isTimeOf(known.get(name), mtimeMs));
	for (const { name } of copied) {
		const file = known.get(name);
		const digest = await digestOf(join(dir, name), file?.bytes ?? 0).catch(() => null);
		if (digest === null || file === undefined || !("sha256" in file) || digest !== file.sha256) return false;
	}
	const isOlder = sealed.some((file) => !("sha256" in file));
	const isUnreadableBySome = measured.some(({ open }) => !open);
	if ((copied.length > 0 || isOlder || isUnreadableBySome) && (await mayChange(dir))) {
		// Both may fail, such as on a full disk: the entry can still be used.
		if (copied.length > 0 || isOlder) await writeSeal(dir, measured).catch(() => {});
		if (isUnreadableBySome) await makeReadableByAll(dir).catch(() => {});
	}
	return true;
}

// Whether this is the path of a seal, or of the temporary file in which a seal is being written.
const isPartOfSeal = (path: string) => path.split("/").pop()?.startsWith(SEAL) === true;

// Whether this process may change an entry: only the owner may. Root could change another user's entry, but the new
// seal would then belong to root.
async function mayChange(dir: string): Promise<boolean> {
	const [{ uid }, writable] = await Promise.all([
		stat(dir),
		access(dir, constants.W_OK).then(
			() => true,
			() => false,
		),
	]);
	return writable && (process.getuid === undefined || uid === process.getuid());
}

async function readSeal(dir: string): Promise<SealedFile[] | null> {
	const text = await readFile(join(dir, SEAL), "utf8").catch(() => "");
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), v.union([Seal, OlderSeal])), text);
	if (!parsed.success) return null;
	return "files" in parsed.output ? parsed.output.files : parsed.output;
}

async function writeSeal(dir: string, measured: readonly Measured[]): Promise<void> {
	const files: v.InferOutput<typeof Files> = [];
	for (const { name, bytes, mtimeMs } of measured)
		files.push({ name, bytes, mtimeS: wholeSeconds(mtimeMs), sha256: await digestOf(join(dir, name), bytes) });
	// Renames a finished file into place, so that a process that reads meanwhile finds the old seal.
	const part = join(dir, `${SEAL}-${process.pid}`);
	await writeFile(part, JSON.stringify({ version: 2, files } satisfies v.InferOutput<typeof Seal>));
	await chmod(part, 0o644);
	await rename(part, join(dir, SEAL));
}

async function measure(dir: string): Promise<Measured[]> {
	const entries = await readdir(dir, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
	const measured = files
		.filter((path) => !isPartOfSeal(path))
		.sort()
		.map(async (path): Promise<Measured> => {
			const { size, mtimeMs, mode } = await stat(path);
			return { name: relative(dir, path), bytes: size, mtimeMs, open: (mode & 0o004) !== 0 };
		});
	return Promise.all(measured);
}

// A small file gets a buffer of its own size, not of 1 MiB: many large buffers would keep the garbage collector busy.
async function digestOf(file: string, bytes: number): Promise<string> {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file, { highWaterMark: Math.min(bytes + 1, 1 << 20) }), hash);
	return hash.digest("hex");
}

// Lets all users read everything in the directory, and execute what the owner may execute.
async function makeReadableByAll(dir: string): Promise<void> {
	const entries = await readdir(dir, { recursive: true, withFileTypes: true });
	const paths = entries
		.filter((entry) => entry.isFile() || entry.isDirectory())
		.map((entry) => join(entry.parentPath, entry.name));
	for (const path of [dir, ...paths]) {
		const { mode } = await stat(path);
		const wanted = mode | 0o444 | ((mode & 0o100) === 0 ? 0 : 0o111);
		if (wanted !== mode) await chmod(path, wanted);
	}
}

function isTimeOf(file: SealedFile | undefined, mtimeMs: number): boolean {
	if (file === undefined) return false;
	return "sha256" in file ? file.mtimeS === wholeSeconds(mtimeMs) : Math.abs(file.mtimeMs - mtimeMs) < 1_000;
}

function wholeSeconds(ms: number): number {
	return Math.floor(ms / 1_000);
}
