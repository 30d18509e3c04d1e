import { cp, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { cacheDir, cached, exists, inScratch, isWhole, madeAgain } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { printable } from "../../base/printable.ts";
import type { Progress } from "../../base/progress.ts";
import { readRegularFile } from "../../base/regular-file.ts";
import { architecture } from "../computer/arch.ts";
import { ensureGuestPrograms, ensureLibrary, guestProgramsKey, libraryKey } from "./guest-programs.ts";
import { baseIn, baseKey, ensureBase, type ImageBase, MANIFEST_BYTES_MAX } from "./image-base.ts";
import { type Label, unpackImage } from "./packed-image.ts";
import { runTool } from "./tools.ts";

/** Everything that a virtual machine boots from. */
export interface Image {
	/** Cache key that identifies the image's contents. */
	key: string;
	base: ImageBase;
	/** Path of the initramfs with the kit's own programs. */
	initrd: string;
}

/**
 * Returns this version's image, and builds the parts that are not in the cache.
 * @param morePackages Debian packages in addition to those that the lessons use: they make it a separate image
 */
export async function ensureImage(progress: Progress, morePackages: readonly string[] = []): Promise<Image> {
	const base = await ensureBase(progress, morePackages);
	const programs = await ensureGuestPrograms(base, progress);
	return { key: programs.key, base, initrd: programs.initrd };
}

/** Returns this version's image if all of it is in the cache; otherwise null. Builds nothing. */
export async function cachedImage(): Promise<Image | null> {
	const { base: baseDir, library, building } = await cachedParts();
	if (building) return null;
	const base = baseIn(baseDir, basename(baseDir));
	const key = await guestProgramsKey(base, library);
	return (await isWhole("kit", key)) ? { key, base, initrd: join(cacheDir, "kit", key, "initrd") } : null;
}

/**
 * The directories in the cache for those parts of the image that need tools to build, and whether any of these parts is
 * missing (`building`).
 */
export async function cachedParts(): Promise<{ base: string; library: string; building: boolean }> {
	const arch = architecture();
	const [base, library] = [baseKey(arch), await libraryKey(arch)];
	return {
		base: join(cacheDir, "base", base),
		library: join(cacheDir, "library", library),
		building: !((await isWhole("base", base)) && (await isWhole("library", library))),
	};
}

/**
 * Rebuilds those parts of this version's image that need tools to build. Other commands use the existing parts until
 * the new ones are complete.
 * @throws {Failure} unsupported: no network, no room, or a tool is missing
 */
export async function rebuildImage(progress: Progress): Promise<void> {
	const { base, library } = await cachedParts();
	// Only a new entry counts as good, so both are made again.
	const isGood = await madeAgain(base, library);
	await ensureBase(progress, [], isGood);
	await ensureLibrary(progress, isGood);
}

/**
 * Writes to one file those parts of the image that take tools and a network to build: the base and the library. The
 * initramfs is not in it, because it is quick to build.
 * @param file is replaced only when the new file is complete
 */
export async function exportImage(file: string, progress: Progress): Promise<void> {
	await ensureBase(progress);
	await ensureLibrary(progress);
	const { base, library } = await cachedParts();
	await inScratch(async (scratch) => {
		const label = { format: "drydock image 1", base: basename(base), library: basename(library) } satisfies Label;
		await writeFile(join(scratch, "label.json"), JSON.stringify(label));
		await cp(base, join(scratch, "base"), { recursive: true });
		await cp(library, join(scratch, "library"), { recursive: true });
		await progress.step("packing the image", async () => {
			await runTool("tar", ["-cf", `${file}.part`, "-C", scratch, "label.json", "base", "library"]);
			await rename(`${file}.part`, file);
		});
	}).finally(() => rm(`${file}.part`, { force: true }));
}

/**
 * Imports the image from a file that {@link exportImage} wrote.
 * @throws {Failure} usage: the file does not exist, is not an image, or is another version's image
 */
export async function importImage(file: string, progress: Progress): Promise<void> {
	if (!(await exists(file))) throw new Failure("usage", `${file} does not exist`);
	await inScratch(async (scratch) => {
		const label = await progress
			.step("unpacking the image", () => unpackImage(file, scratch))
			.catch((cause: Error) => {
				const what = `${file} is not an image: ${cause.message}`;
				throw new Failure("usage", what, "npx drydock image export FILE, on a computer that has one", { cause });
			});
		const { base, library } = await cachedParts();
		if (label.base !== basename(base) || label.library !== basename(library))
			throw new Failure(
				"usage",
				`${file} was made by another version of drydock`,
				"export it again with this version, or update this one",
			);
		for (const part of ["base", "library"] as const) {
			await cached(part, label[part], async (staging) => {
				// The exported seal describes other copies of the files: the cache writes a new one.
				await cp(join(scratch, part), staging, { recursive: true, filter: (path) => !path.endsWith("seal.json") });
			});
		}
	});
}

const text = v.pipe(v.string(), v.maxLength(1_000), v.transform(printable));
const Manifest = v.object({ platform: text, suite: text, node: text, packages: v.record(text, text) });
export type Manifest = v.InferOutput<typeof Manifest>;

/**
 * Reads what the image contains: platform, suite, Node, packages with versions; null if there is no image.
 * @throws {Failure} usage: the manifest is damaged, which can happen with an imported image
 */
export async function imageManifest(): Promise<Manifest | null> {
	const { base } = await cachedParts();
	const file = join(base, "manifest.json");
	if (!(await exists(file))) return null;
	const bytes = await readRegularFile(file, MANIFEST_BYTES_MAX).catch(() => Buffer.alloc(0));
	const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Manifest), bytes.toString(), { abortEarly: true });
	if (parsed.success) return parsed.output;
	throw new Failure("usage", "the list of what the image contains cannot be read", "npx drydock image build --fresh");
}
