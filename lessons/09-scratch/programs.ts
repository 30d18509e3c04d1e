import { createHash } from "node:crypto";
import type { FactValue, ImageReading, Observation, RandomInputs } from "../../harness/judge/index.ts";
import { type Elf, elf } from "./elf.ts";

/** Programs that images are built from and that never run. Only their bytes show what they need. */

const BASE = 0x400000;
const GAP = 0x100000;
/**
 * An address that exists only with five levels of page tables. In the virtual machine, no program can be loaded there:
 * an exercise must read the program's bytes.
 */
const BEYOND_FOUR_LEVELS = 2 ** 47;
/** Only the first bytes show that this is no ELF file. All other bytes are those of an ELF file. */
const SCRIPT = Buffer.concat([Buffer.from("#!/bin/sh\n#.....\n").subarray(0, 16), elf({ base: 0 }).subarray(16)]);

interface Program {
	/** The bytes of the program's file. */
	bytes(drawn: RandomInputs): Buffer;
	/** Names in `drawn` of the files that the program needs; null if no image can be built from the program. */
	needs: readonly string[] | null;
}

const program = (needs: readonly string[], more: Omit<Elf, "libraries">, loader = "loader"): Program => ({
	needs: [loader, ...needs],
	bytes: (drawn) =>
		elf({ ...more, interpreter: libraryPath(drawn, loader), libraries: needs.map((name) => fileNameOf(drawn, name)) }),
});

/** Programs by name. Up to `high`, each differs from the one before in one thing only. */
export const PROGRAMS: Record<string, Program> = {
	plain: program(["first"], { base: BASE, sections: true }),
	bare: program(["first"], { base: BASE }),
	far: program(["first"], { base: BASE, gap: GAP }),
	high: program(["first"], { base: BEYOND_FOUR_LEVELS, gap: GAP }),
	several: program(["second", "first"], { base: BASE, gap: GAP }),
	ring: { ...program(["ringed"], { base: BASE }), needs: ["loader", "ringed", "ringing"] },
	// It has a dynamic section, but no interpreter and no libraries.
	selfContained: { needs: [], bytes: () => elf({ base: 0 }) },
	script: { needs: null, bytes: () => SCRIPT },
	orphan: { ...program(["nowhere"], { base: BASE, sections: true }), needs: null },
};

/** The directory of each library, and the library that it needs. The two libraries of the ring need each other. */
const LIBRARIES: Record<string, { directory: string; needs?: string }> = {
	loader: { directory: "/usr/lib" },
	first: { directory: "/usr/lib/x86_64-linux-gnu" },
	second: { directory: "/usr/lib" },
	ringed: { directory: "/usr/lib/x86_64-linux-gnu", needs: "ringing" },
	ringing: { directory: "/usr/lib", needs: "ringed" },
};

const fileNameOf = (drawn: RandomInputs, name: string) => `${drawn[name]}.so.1`;
const libraryPath = (drawn: RandomInputs, name: string) => `${LIBRARIES[name]?.directory}/${fileNameOf(drawn, name)}`;
const libraryBytes = (drawn: RandomInputs, name: string) => {
	const needed = LIBRARIES[name]?.needs;
	// The library's own name follows, so that no two libraries have the same bytes.
	return Buffer.concat([
		elf({ base: 0, gap: GAP, libraries: needed === undefined ? [] : [fileNameOf(drawn, needed)] }),
		Buffer.from(fileNameOf(drawn, name)),
	]);
};

/** All files to write, by their path in the source directory: programs, and libraries in usr/. */
export function filesOf(drawn: RandomInputs): Record<string, Buffer> {
	const programs = Object.entries(PROGRAMS).map(([name, { bytes }]) => [`${drawn[`${name}File`]}`, bytes(drawn)]);
	const libraries = Object.keys(LIBRARIES).map((name) => [
		libraryPath(drawn, name).slice(1),
		libraryBytes(drawn, name),
	]);
	return Object.fromEntries([...programs, ...libraries]);
}

/** A file's name without its directory, and the digest of its content. */
export interface Needed {
	name: string;
	sha256: string;
}

/** The last reading of an image; null if the image has not even a directory. */
export const readingOf = ({ images }: Observation, image: string | undefined): ImageReading | null =>
	images[image ?? ""]?.at(-1) ?? null;

/**
 * Whether the first image is what the skeleton's `buildImage` makes: a directory with the files, and a file with the
 * command. Such an exercise has not begun with the lesson's second half, and never passes.
 */
export function isDirectoryOnly(observation: Observation, { image }: RandomInputs): boolean {
	const paths = (readingOf(observation, image)?.files ?? []).map(({ path }) => path);
	return paths.includes("command.json") && !paths.some((path) => path === "manifest.json" || path.startsWith("blobs"));
}

const base = (path: string) => path.split("/").at(-1) ?? "";

/** The directory into which the driver copies the files for an image if `buildImage` throws. */
export const gathered = (image: string | undefined) => `${image}-gathered`;

/** Whether `buildImage` threw for the first image. Then the files for all images are read where the driver has copied them. */
export const isOnlyGathered = (observation: Observation, { image }: RandomInputs): boolean =>
	readingOf(observation, gathered(image)) !== null;

/**
 * The files in an image, and its links to such files.
 * @param name the image's name in `drawn`
 */
export function contentsOf(observation: Observation, drawn: RandomInputs, name: string): Needed[] {
	const found = filesOfImage(observation, drawn, name);
	if (isOnlyGathered(observation, drawn) || isDirectoryOnly(observation, drawn))
		return found
			.filter(({ kind, path }) => kind === "file" && path.startsWith("root/"))
			.map(({ path, sha256 }) => ({ name: base(path), sha256 }));
	const members = found.flatMap(({ archive }) => archive?.members ?? []);
	const files = members.filter(({ kind }) => kind === "file").map(({ path, sha256 }) => ({ name: base(path), sha256 }));
	const links = members.flatMap(({ kind, path, target }) => {
		const linked = files.find(({ name }) => name === base(target));
		return kind.endsWith("link") && linked !== undefined ? [{ name: base(path), sha256: linked.sha256 }] : [];
	});
	return [...files, ...links];
}

/** Names of needed files that are missing, or have other content. */
export function missingFiles(contents: readonly Needed[], needed: readonly Needed[]): string[] {
	const lacks = ({ name, sha256 }: Needed) => !contents.some((one) => one.name === name && one.sha256 === sha256);
	return [...new Set(needed.filter(lacks).map(({ name }) => name))];
}

export const NOT_BUILT = "not built";

/**
 * What is wrong with the image of each program. If no image can be built from the program: whether one was built
 * nevertheless.
 */
export function programFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	return Object.fromEntries(
		Object.entries(PROGRAMS).map(([name, one]) => [
			`program.${name}`,
			one.needs === null
				? isBuilt(observation, drawn, name)
					? "built"
					: NOT_BUILT
				: problemsOf(observation, name, one.needs, drawn),
		]),
	);
}

const isBuilt = (observation: Observation, drawn: RandomInputs, name: string) =>
	filesOfImage(observation, drawn, name).some(({ kind }) => kind === "file");

function filesOfImage(observation: Observation, drawn: RandomInputs, name: string): ImageReading["files"] {
	const image = isOnlyGathered(observation, drawn) ? gathered(drawn[name]) : drawn[name];
	return readingOf(observation, image)?.files ?? [];
}

function problemsOf(observation: Observation, name: string, needs: readonly string[], drawn: RandomInputs): string[] {
	const contents = contentsOf(observation, drawn, name);
	if (contents.length === 0) return [NOT_BUILT];
	const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
	const needed = needs.map((need) => ({ name: fileNameOf(drawn, need), sha256: digest(libraryBytes(drawn, need)) }));
	const itself = { name: "program", sha256: digest(PROGRAMS[name]?.bytes(drawn) ?? Buffer.alloc(0)) };
	const surplus = contents.filter((one) => ![...needed, itself].some((other) => other.name === one.name));
	return [
		...missingFiles(contents, [...needed, itself]).map((lost) => `without ${lost}`),
		...surplus.map((extra) => `with ${extra.name}`),
	];
}
