import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { cacheDir, cached, discard, exists, inScratch } from "../cache.ts";
import { Failure } from "../failure.ts";
import type { Progress } from "../progress.ts";
import { architecture } from "./arch.ts";
import { type Base, baseKey, ensureBase } from "./base.ts";
import { ensureKit, ensureLibrary, libraryKey } from "./kit.ts";
import { runTool } from "./tools.ts";

/** Everything that a virtual machine boots from. */
export interface Image {
	/** Names what is in it. */
	key: string;
	base: Base;
	initrd: string;
}

/**
 * Gives this version's image, building what is not in the cache.
 * @param more Debian packages beside those that the lessons use: then it is an image of its own
 */
export async function ensureImage(progress: Progress, more: readonly string[] = []): Promise<Image> {
	const base = await ensureBase(progress, more);
	const kit = await ensureKit(base, progress);
	return { key: kit.key, base, initrd: kit.initrd };
}

/** What is in the cache of this version's image. */
export async function inCache(): Promise<{ base: string; library: string; building: boolean }> {
	const arch = architecture();
	const base = join(cacheDir, "base", baseKey(arch));
	const library = join(cacheDir, "library", await libraryKey(arch));
	// Whether anything is left that needs the tools for building.
	return { base, library, building: !((await exists(base)) && (await exists(library))) };
}

/** Forgets this version's image, so that the next one is built anew. */
export async function forgetImage(): Promise<void> {
	const { base, library } = await inCache();
	await discard(base);
	await discard(library);
}

const Label = v.object({ format: v.literal("drydock image 1"), base: v.string(), library: v.string() });

/**
 * Writes the image to one file: what takes tools and a network to build. The kit's own programs are not in it.
 * @param file is replaced only when the new one is whole
 */
export async function exportImage(file: string, progress: Progress): Promise<void> {
	await ensureBase(progress);
	await ensureLibrary(progress);
	const { base, library } = await inCache();
	await inScratch(async (scratch) => {
		const label = { format: "drydock image 1", base: nameOf(base), library: nameOf(library) } satisfies v.InferOutput<
			typeof Label
		>;
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
 * Takes the image from a file that {@link exportImage} wrote.
 * @throws {Failure} usage: it is no such file, or another version's
 */
export async function importImage(file: string, progress: Progress): Promise<void> {
	if (!(await exists(file))) throw new Failure("usage", `${file} is not there`);
	await inScratch(async (scratch) => {
		await progress.step("unpacking the image", () =>
			// Owner and permissions are this user's; GNU tar and bsdtar both refuse to leave the directory.
			runTool("tar", ["-xf", file, "-C", scratch, "--no-same-owner"]).catch((cause: unknown) => {
				throw new Failure(
					"usage",
					`${file} is not an image`,
					"npx drydock image export FILE, on a computer that has one",
					{ cause },
				);
			}),
		);
		const label = v.safeParse(
			v.pipe(v.string(), v.parseJson(), Label),
			await readFile(join(scratch, "label.json"), "utf8").catch(() => ""),
		);
		if (!label.success)
			throw new Failure(
				"usage",
				`${file} is not an image`,
				"npx drydock image export FILE, on a computer that has one",
			);
		const { base, library } = await inCache();
		if (label.output.base !== nameOf(base) || label.output.library !== nameOf(library))
			throw new Failure(
				"usage",
				`${file} was made by another version of drydock`,
				"export it anew with this version, or update this one",
			);
		for (const part of ["base", "library"] as const) {
			await cached(part, label.output[part], async (staging) => {
				// The seal is of the files it was made for.
				await cp(join(scratch, part), staging, { recursive: true, filter: (path) => !path.endsWith("seal.json") });
			});
		}
	});
}

/** What is in the image: platform, suite, Node, packages with versions; null if there is none. */
export async function imageManifest(): Promise<unknown> {
	const { base } = await inCache();
	return readFile(join(base, "manifest.json"), "utf8").then(JSON.parse, () => null);
}

const nameOf = (path: string) => path.split("/").pop() ?? "";
