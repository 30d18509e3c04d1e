import {
	type Context,
	commandAt,
	type Drawn,
	DURING,
	exitCodeOf,
	type FactValue,
	type ImageReading,
	type Observation,
} from "../../harness/judge/index.ts";
import { copyFacts } from "./copies.ts";
import { commandOf, type Image, openReading, specificationFacts, WHOLE } from "./oci.ts";
import { contentsOf, missing, type Needed, programFacts, readingOf } from "./programs.ts";
import { TOOLS_STARTED } from "./tools.ts";

/** How the images and what was run from them are read: by what is in the files, and by what the kernel shows. */

/** What can be said of an image whose manifest leads to its blobs. */
export const IMAGE_FACTS = [
	...(["names", "descriptors", "fields", "layer", "twice", "end"] as const),
	...(["diff_id", "command", "again", "platform"] as const),
] as const;

/** What the images and their containers show. */
export function derive(observation: Observation, drawn: Drawn): Record<string, FactValue> {
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

function imageFacts(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const image = openReading(readingOf(observation, drawn["image"]));
	if (typeof image === "string")
		return { ...Object.fromEntries(IMAGE_FACTS.map((fact) => [`image.${fact}`, "unknown"])), "image.manifest": image };
	const command = commandOf(image);
	return {
		...specificationFacts(image),
		"image.manifest": WHOLE,
		"image.command":
			command[0] === "/hello" && command.includes(drawn["word"] ?? "") ? "in the config" : "not in the config",
		"image.again": builtAgain(observation, drawn),
	};
}

/** Of images of which one at least was not built, or not so that it can be read. */
export const UNREAD = "none that could be read";
/** Of an image whose layers are what they were, but for a word that was changed in a file. */
export const NOT_ANEW = "another, when a word in a file was changed";

function builtAgain(observation: Observation, drawn: Drawn): string {
	const [one, two, anew] = ["one", "two", "anew"].map((name) => openReading(readingOf(observation, drawn[name])));
	if ([one, two, anew].some((image) => layersOf(image).includes(""))) return UNREAD;
	if (`${layersOf(one)}` !== `${layersOf(two)}`) return "another";
	return `${archivesOf(one)}` === `${archivesOf(anew)}` ? "the same" : NOT_ANEW;
}

/** The digests of an image's layers, by their bytes; an empty one where there is no layer. */
const layersOf = (image: Image | string | undefined): string[] =>
	typeof image === "object" ? image.layers.map((layer) => layer?.sha256 ?? "") : [""];

/** The same of the archives in them. Of the image that was built anew, the word is changed back before. */
const archivesOf = (image: Image | string | undefined): string[] =>
	typeof image === "object" ? image.layers.map((layer) => layer?.archive?.sha256 ?? "") : [""];

function fileFacts(observation: Observation): Record<string, FactValue> {
	const process = commandAt(observation, DURING);
	const hello = process?.files["hello"];
	if (process === null || hello === null || hello === undefined) return {};
	return {
		"command.root": process.root,
		"hello.bytes": hello.sha256 === originalHello(observation) ? "as on the host" : `others, ${hello.size} of them`,
		"hello.mode": hello.mode.toString(8),
		"hello.owner": `${hello.uid}:${hello.gid}`,
	};
}

const originalHello = (observation: Observation) => originals(observation).find(({ name }) => name === "hello")?.sha256;

function dynamicFacts(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const ending = observation.calls["dynamic"]?.ending;
	if (ending === undefined) return {};
	const contents = contentsOf(readingOf(observation, drawn["dynamic"]));
	const needed = neededFor(observation);
	const dash = commandAt(observation, "dynamic", "dynamic")?.files["bin/dash"]?.sha256;
	return {
		"dynamic.ending": ending.how === "returned" ? endedWith(ending.value, drawn) : ending.how,
		"dynamic.ran":
			dash !== undefined && dash === needed.find(({ name }) => name === "dash")?.sha256
				? "the host's dash"
				: "not seen",
		"dynamic.missing": missing(contents, needed),
		// A library may bring along the file that its name is a link to.
		"dynamic.surplus": [
			...new Set(
				contents.map(({ name }) => name).filter((name) => !needed.some((other) => name.startsWith(other.name))),
			),
		],
	};
}

/** How dash ends when ls has gone well. */
export const AS_TOLD = "with the exit code that it was told";

const endedWith = (value: unknown, drawn: Drawn) =>
	value === exitCodeOf(drawn) ? AS_TOLD : `exit code ${JSON.stringify(value) ?? "none"}`;

/** What dash and ls need, as the host's own loader said before the exercise began. */
const neededFor = (observation: Observation) => originals(observation).filter(({ name }) => name !== "hello");

// "DIGEST  /lib/…/libc.so.6"
function originals({ programs }: Observation): Needed[] {
	const lines = programs["originals"]?.stdout.matchAll(/^([0-9a-f]{64}) [ *].*\/(.+)$/gm) ?? [];
	return [...lines].map(([, sha256 = "", name = ""]) => ({ name, sha256 }));
}

/** Names of what dash and ls need, and the image has not as a file. */
export const missingIn = ({ observation, drawn }: Context): string[] =>
	missing(contentsOf(readingOf(observation, drawn["dynamic"])), neededFor(observation));

/** Which of the programs that the text asks to do without were started. */
export const toolsStarted = ({ observation }: Context): string[] =>
	(observation.after.trees[TOOLS_STARTED] ?? []).filter(({ kind }) => kind === "file").map(({ path }) => path);

/** Whether the same files are in another order in a layer that was built later. */
export function inOtherOrder({ observation, drawn }: Context): boolean {
	const [one = "", ...later] = ["one", "two", "anew"].map((name) => pathsIn(readingOf(observation, drawn[name])));
	const sorted = (paths: string) => paths.split("\n").sort().join("\n");
	return later.some((paths) => one !== paths && sorted(one) === sorted(paths));
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
