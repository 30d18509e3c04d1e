import {
	type Context,
	commandAt,
	DURING,
	exitCodeOf,
	type FactValue,
	howItEnded,
	type ImageReading,
	type Observation,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { copyFacts } from "./copies.ts";
import { COMPLETE_MANIFEST, commandOf, type Image, openReading, specificationFacts } from "./oci.ts";
import {
	contentsOf,
	isDirectoryOnly,
	isOnlyGathered,
	missingFiles,
	type Needed,
	programFacts,
	readingOf,
} from "./programs.ts";
import { TOOLS_STARTED } from "./tools.ts";

/** Facts about the images and the containers that run from them: from the images' files, and from the kernel. */

/** The facts that need an image whose manifest names a config and a layer: their names after `image.`. */
export const IMAGE_FACTS = [
	...(["names", "descriptors", "fields", "layer", "twice", "end"] as const),
	...(["diff_id", "command", "again", "platform"] as const),
] as const;

/** All facts of this lesson. */
export function derive(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const copies = copyFacts(observation, drawn);
	return {
		...imageFacts(observation, drawn),
		...fileFacts(observation),
		...dynamicFacts(observation, drawn),
		...programFacts(observation, drawn),
		...copies,
		"left.files": leftFiles(observation, copies["copies.unpacked"] as readonly string[]),
	};
}

function imageFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const image = openReading(readingOf(observation, drawn["image"]));
	if (typeof image === "string")
		return { ...Object.fromEntries(IMAGE_FACTS.map((fact) => [`image.${fact}`, "unknown"])), "image.manifest": image };
	const command = commandOf(image);
	return {
		...specificationFacts(image),
		"image.manifest": COMPLETE_MANIFEST,
		"image.command":
			command[0] === "/hello" && command.includes(drawn["word"] ?? "") ? "in the config" : "not in the config",
		"image.again": builtAgain(observation, drawn),
	};
}

/** Names in `drawn` of three images of the same two files. Before the last build, a word in one file is changed. */
const BUILDS = ["firstBuild", "secondBuild", "laterBuild"] as const;

/** At least one of the images was not built, or cannot be read. */
export const UNREADABLE_BUILD = "an image is missing or unreadable";
/** The first two builds are the same. The third, from a file with another word, differs in more than this word. */
export const LATER_BUILD_DIFFERS = "another, after a word in a file was changed";

function builtAgain(observation: Observation, drawn: RandomInputs): string {
	const [first, second, later] = BUILDS.map((name) => openReading(readingOf(observation, drawn[name])));
	if ([first, second, later].some((image) => layersOf(image).includes(""))) return UNREADABLE_BUILD;
	if (`${layersOf(first)}` !== `${layersOf(second)}`) return "another";
	return `${archivesOf(first)}` === `${archivesOf(later)}` ? "the same" : LATER_BUILD_DIFFERS;
}

/** The digests of an image's layers; an empty text for a layer that is missing, or for an image that cannot be read. */
const layersOf = (image: Image | string | undefined): string[] =>
	typeof image === "object" ? image.layers.map((layer) => layer?.sha256 ?? "") : [""];

/**
 * The digests of the archives in the layers; empty texts as in {@link layersOf}. For the last build, the agent computes
 * them with the old word in place of the new one.
 */
const archivesOf = (image: Image | string | undefined): string[] =>
	typeof image === "object" ? image.layers.map((layer) => layer?.archive?.sha256 ?? "") : [""];

function fileFacts(observation: Observation): Record<string, FactValue> {
	const process = commandAt(observation, DURING);
	const hello = process?.files["hello"];
	if (process === null || hello === null || hello === undefined) return {};
	return {
		"command.root": process.root,
		"hello.bytes": hello.sha256 === originalHello(observation) ? "as on the host" : `${hello.size} other bytes`,
		"hello.mode": hello.mode.toString(8),
		"hello.owner": `${hello.uid}:${hello.gid}`,
	};
}

const originalHello = (observation: Observation) => originals(observation).find(({ name }) => name === "hello")?.sha256;

function dynamicFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const ending = observation.calls["dynamic"]?.ending;
	if (ending === undefined) return {};
	const contents = contentsOf(observation, drawn, "dynamic");
	const needed = neededFor(observation);
	const dash = commandAt(observation, "dynamic", "dynamic")?.files["bin/dash"]?.sha256;
	return {
		"dynamic.ending": ending.how === "returned" ? endedWith(ending.value, drawn) : howItEnded(ending),
		"dynamic.ran":
			dash !== undefined && dash === needed.find(({ name }) => name === "dash")?.sha256
				? "the host's dash"
				: "none that the check saw",
		"dynamic.missing": missingFiles(contents, needed),
		// A library is a link on some hosts. Then the file behind the link, whose name is longer, is not surplus.
		"dynamic.surplus": [
			...new Set(
				contents.map(({ name }) => name).filter((name) => !needed.some((other) => name.startsWith(other.name))),
			),
		],
	};
}

/** dash ended with the code that it had read, which it does only after ls has succeeded. */
export const EXPECTED_EXIT_CODE = "ended with the exit code that it was given";

const endedWith = (value: unknown, drawn: RandomInputs) =>
	value === exitCodeOf(drawn) ? EXPECTED_EXIT_CODE : `ended with exit code ${JSON.stringify(value) ?? "none"}`;

/** dash, ls, and the libraries that the host's loader listed before the exercise began. */
const neededFor = (observation: Observation) => originals(observation).filter(({ name }) => name !== "hello");

// A line of sha256sum: "DIGEST  /lib/…/libc.so.6"
function originals({ programs }: Observation): Needed[] {
	const lines = programs["originals"]?.stdout.matchAll(/^([0-9a-f]{64}) [ *].*\/(.+)$/gm) ?? [];
	return [...lines].map(([, sha256 = "", name = ""]) => ({ name, sha256 }));
}

/** Names of dash, ls and their libraries: those that are missing in the image, or have other content there. */
export const missingIn = ({ observation, drawn }: Context): string[] =>
	missingFiles(contentsOf(observation, drawn, "dynamic"), neededFor(observation));

/**
 * Whether the exercise has begun with the image: false if it makes the directory that the skeleton's `buildImage`
 * makes; true if it makes something else, or nothing.
 */
export const isImageBegun = ({ observation, drawn }: Context): boolean => !isDirectoryOnly(observation, drawn);

/** Whether the images' files can be compared: those in the layers, or those in a directory. */
export const hasReadableFiles = (context: Context): boolean =>
	!isImageBegun(context) ||
	isOnlyGathered(context.observation, context.drawn) ||
	(context.facts["image.manifest"] === COMPLETE_MANIFEST && context.facts["image.layer"] === "a tar archive");

/** Whether the directory with dash and ls has a symbolic link instead of a file. */
export const hasLinksInDirectory = (context: Context): boolean =>
	!isImageBegun(context) &&
	readingOf(context.observation, context.drawn["dynamic"])?.files.some(({ kind }) => kind === "other") === true;

/** The programs that were started although the exercise should not use them: see tools.ts. */
export const toolsStarted = ({ observation }: Context): string[] =>
	(observation.after.trees[TOOLS_STARTED] ?? []).filter(({ kind }) => kind === "file").map(({ path }) => path);

/** Whether a layer that was built later has the same files in another order. */
export function inOtherOrder({ observation, drawn }: Context): boolean {
	const [first = "", ...later] = BUILDS.map((name) => pathsIn(readingOf(observation, drawn[name])));
	const sorted = (paths: string) => paths.split("\n").sort().join("\n");
	return later.some((paths) => first !== paths && sorted(first) === sorted(paths));
}

const pathsIn = (reading: ImageReading | null) => {
	const image = openReading(reading);
	if (typeof image === "string") return "";
	return image.layers.flatMap((layer) => layer?.archive?.members.map(({ path }) => path) ?? []).join("\n");
};

function leftFiles({ before, after }: Observation, unpacked: readonly string[]): string[] {
	const files = ({ trees }: Observation["after"]) =>
		["/run/box", "/tmp"].flatMap((dir) =>
			(trees[dir] ?? []).filter(({ kind }) => kind === "file").map(({ path }) => `${dir}/${path}`),
		);
	const known = [...files(before), ...unpacked.map((path) => `/run/box/${path}`)];
	return files(after).filter((path) => !known.includes(path));
}
