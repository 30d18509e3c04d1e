import { readFileSync } from "node:fs";
import {
	BOX,
	type Check,
	DURING,
	exitCodeOf,
	type Preparation,
	type RandomInputs,
	type Scenario,
	type Step,
} from "../../harness/judge/index.ts";
import { COPIES, type Copy, drawnForCopy } from "./copies.ts";
import type { ImageChange } from "./image-change.ts";
import { filesOf, gathered, PROGRAMS } from "./programs.ts";
import { replaceTools, TOOLS_STARTED } from "./tools.ts";

/**
 * Builds images from many kinds of programs, and runs two of the images. Then changes copies of the first image, and
 * opens the copies.
 */

const SOURCE = readFileSync(new URL("hello.asm", import.meta.url), "utf8");
/** A part of the text that hello prints, and its replacement when the source is changed for another image. */
const HELLO = "Hello from";
const rewrittenIn = ({ rewritten = "" }: RandomInputs) => `${rewritten.slice(-5)} from`;
const HELLO_SAYS = `${HELLO} an empty root.`;
/** The end of the text that /hello prints, also after its beginning was changed. */
const ANY_HELLO_SAYS = "from an empty root.";

/** Prints the digests of hello and of the files that dash and ls need. The host's loader lists the libraries. */
const ORIGINALS = `
for word in $(/lib64/ld-linux-x86-64.so.2 --list /usr/bin/ls); do
	case $word in /*) set -- "$@" "$word"; esac
done
exec sha256sum hello /usr/bin/dash /usr/bin/ls "$@"`;

// All images have names of the same form: a name must not tell which image cannot be built or must be refused.
export const draw: Check["draw"] = (random) => ({
	source: random.name("/lab/source"),
	word: random.name("word"),
	...Object.fromEntries(
		["image", "firstBuild", "secondBuild", "laterBuild", "dynamic", ...Object.keys(PROGRAMS)].map((name) => [
			name,
			random.name("/lab/image"),
		]),
	),
	...Object.fromEntries(Object.keys(PROGRAMS).map((name) => [`${name}File`, random.name("program")])),
	...Object.fromEntries(COPIES.flatMap(({ name }) => drawnForCopy(name, random))),
	...Object.fromEntries(
		["loader", "first", "second", "ringed", "ringing", "nowhere"].map((name) => [name, random.name("lib")]),
	),
	rewritten: random.name("word"),
});

export function scenario(drawn: RandomInputs): Scenario {
	const { image = "", source = "", word = "" } = drawn;
	const otherImages: [string, Record<string, string>][] = Object.keys(PROGRAMS).map((name) => [
		drawn[name] ?? "",
		{ "/bin/program": `${source}/${drawn[`${name}File`]}` },
	]);
	const copies = COPIES.map(({ name }) => drawn[name] ?? "").sort();
	// Copies are made in the order of their drawn names. In the order of the list, the first one would be the good one.
	const inDrawnOrder = COPIES.toSorted((one, other) => ((drawn[one.name] ?? "") < (drawn[other.name] ?? "") ? -1 : 1));
	const helloAndSource = { "/hello": `${source}/hello`, "/hello.asm": `${source}/hello.asm` };
	return {
		does: `built the image ${image} from hello alone, and ran it; built an image from dash and ls, and ran it; then ran copies of the first image, with a second layer, some with a changed word`,
		prepare: [
			{ do: "write", path: `${source}/hello.asm`, text: SOURCE },
			...replaceTools(source),
			...Object.entries(filesOf(drawn)).map(
				([path, bytes]): Preparation => ({
					do: "write",
					path: `${source}/${path}`,
					text: bytes.toString("base64"),
					encoding: "base64",
					mode: 0o755,
				}),
			),
			// On the host, hello belongs to the user who has built it. In the container, this user's number would be
			// another user's.
			{
				do: "run",
				argv: [
					"sh",
					"-ec",
					[
						`cd ${source}`,
						"nasm -f bin -o hello hello.asm",
						"chmod 775 hello",
						"chown 1000:1000 hello",
						// The overlay is needed because the host's /usr is read-only.
						`mount -t overlay -o lowerdir=${source}/usr:/usr usr /usr`,
						ORIGINALS,
					].join("\n"),
				],
				as: "originals",
			},
		],
		calls: {
			[BOX]: {
				options: {
					id: "hello",
					image,
					files: { "/hello": `${source}/hello` },
					// Sorted by drawn names, so the order tells nothing.
					otherImages: otherImages.toSorted(([one], [other]) => (one < other ? -1 : 1)),
					rebuiltAtOnce: { images: [drawn["firstBuild"], drawn["secondBuild"]], files: helloAndSource },
				},
				command: (token) => ["/hello", token, word],
				says: HELLO_SAYS,
			},
			dynamic: {
				about: "an image of dash and ls, which are dynamic programs",
				options: {
					id: "dynamic",
					image: drawn["dynamic"],
					files: { "/bin/dash": "/usr/bin/dash", "/bin/ls": "/usr/bin/ls" },
					rebuiltLater: { image: drawn["laterBuild"], files: helloAndSource },
					afterImage: image,
				},
				command: (token) => ["/bin/dash", "-c", 'echo "$0$0"; read -r code; /bin/ls / && exit "$code"', token],
			},
			copies: {
				about: "copies of the first image, with a second layer, some with a changed word",
				options: { id: "copy", copies },
				command: (token) => ["/hello", token],
				says: ANY_HELLO_SAYS,
				// A copy may wrongly run the first image's command. The same token makes that visible.
				sameTokenAs: BOX,
			},
		},
		steps: [
			{ do: "call", call: BOX },
			// From now on the source is different, so no earlier build of the source can be reused.
			{
				...{ do: "look", as: DURING },
				writes: { [`${source}/hello.asm`]: SOURCE.replaceAll(HELLO, rewrittenIn(drawn)) },
			},
			{ do: "feed", call: BOX, last: true },
			{ do: "call", call: "dynamic" },
			{ do: "look", as: "dynamic", call: "dynamic" },
			{ do: "feed", call: "dynamic", line: String(exitCodeOf(drawn)), last: true },
			{
				do: "readImages",
				images: ["image", "firstBuild", "secondBuild", "dynamic", ...Object.keys(PROGRAMS)].map(
					(name) => drawn[name] ?? "",
				),
			},
			{ do: "readImages", images: ["image", "dynamic", ...Object.keys(PROGRAMS)].map((name) => gathered(drawn[name])) },
			{ do: "readImages", images: [drawn["laterBuild"] ?? ""], words: [[rewrittenIn(drawn), HELLO]] },
			...inDrawnOrder.flatMap((copy): Step[] => {
				const to = drawn[copy.name] ?? "";
				return [
					{ do: "measure", with: "copyImage", args: [image, to, changeOf(copy, drawn)], as: `copy ${copy.name}` },
					{ do: "readImages", images: [to] },
				];
			}),
			{ do: "call", call: "copies" },
			...COPIES.flatMap((_, index): Step[] => [
				{ do: "look", as: `copy ${index}`, call: "copies" },
				{ do: "feed", call: "copies" },
			]),
			{ do: "feed", call: "copies", last: true },
			{ do: "readImages", images: COPIES.filter(({ good }) => good).map(({ name }) => drawn[name] ?? "") },
		],
		readings: { files: { watch: ["/run/box", "/tmp", TOOLS_STARTED], inRoot: ["hello", "bin/dash"] } },
	};
}

function changeOf({ name, corrupted }: Copy, { word = "", ...drawn }: RandomInputs): ImageChange {
	const drawnWord = (use: string) => drawn[`${name}${use}`] ?? "";
	// The beginning of the text that /hello prints in a layer of the copy, or in a corrupted layer.
	const greeting = (use: string) => `${drawnWord(use).slice(-5)} from`;
	const corruptions: Record<string, [string, string]> = {
		config: [drawnWord("Word"), drawnWord("Corrupted")],
		lower: [greeting("Lower"), greeting("Corrupted")],
		upper: [greeting("Upper"), greeting("Corrupted")],
	};
	const corruption = corruptions[corrupted ?? ""];
	return {
		configWords: [[word, drawnWord("Word")]],
		layerWords: [[HELLO, greeting("Lower")]],
		addedLayerWords: [[HELLO, greeting("Upper")]],
		corruptedWords: corruption === undefined ? [] : [corruption],
	};
}
