import {
	commandAt,
	type FactValue,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { openReading } from "./oci.ts";
import { readingOf } from "./programs.ts";

/**
 * Copies of the first image. Each copy has a manifest and a config of its own, and one layer more than the original.
 * The config and each layer contain a drawn word that occurs in no other blob. So the words do not show which copies
 * are intact; only the digests do. The word in a copy's command shows in the kernel which copy runs.
 */
export interface Copy {
	/** The name of the copy's path in `drawn`. */
	name: string;
	/** A description for the report. */
	description: string;
	/** Only such a copy must be opened. All others must be refused. */
	good?: true;
	/** The blob in which a word is changed after all digests have been corrected. */
	corrupted?: "config" | "lower" | "upper";
}

export const COPIES: readonly Copy[] = [
	{ name: "good", description: "a new config and two layers", good: true },
	{ name: "badConfig", description: "a word changed in the config", corrupted: "config" },
	{ name: "badLower", description: "a word changed in the lower layer", corrupted: "lower" },
	{ name: "badUpper", description: "a word changed in the upper layer", corrupted: "upper" },
];

/** Follows the description of a copy that did not become what it should be. */
export const NOT_MADE = ": could not be made";

/** The names and values that are drawn for a copy. */
export const drawnForCopy = (name: string, random: { name(stem: string): string }): [string, string][] => [
	[name, random.name("/lab/image")],
	...["Word", "Lower", "Upper", "Corrupted"].map((use): [string, string] => [`${name}${use}`, random.name("word")]),
];

/**
 * What has become of the copies: which ones ran, according to the commands that the kernel shows; what was unpacked,
 * and what was changed.
 */
export function copyFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const ran = commandsSeen(observation);
	const wordOf = ({ name }: Copy) => drawn[`${name}Word`] ?? "";
	const runOf = (copy: Copy) => ran.find((process) => process.arguments.includes(wordOf(copy)));
	// In the copy with a corrupted config, the command contains this word in place of its own.
	const corruptedWordOf = ({ name }: Copy) => drawn[`${name}Corrupted`] ?? "";
	const opened = (copy: Copy) =>
		runOf(copy) ??
		(copy.corrupted === "config"
			? ran.find((process) => process.arguments.includes(corruptedWordOf(copy)))
			: undefined);
	const knownWords = COPIES.flatMap((copy) => [wordOf(copy), corruptedWordOf(copy)]);
	// The check judges only the copies that became what they should be.
	const made = COPIES.filter((copy) => isAsMeant(observation, drawn, copy));
	const bad = made.filter(({ good }) => !good);
	const good = made.filter((copy) => copy.good);
	const refused = bad.filter((copy) => opened(copy) === undefined);
	const hasNoKnownWord = (process: ProcessState) => !process.arguments.some((word) => knownWords.includes(word));
	return {
		// A copy that did not become what it should be may still have the original's command.
		"copies.command": made.length === COPIES.length && ran.some(hasNoKnownWord) ? "another place" : "the copy's config",
		"copies.opened": bad.filter((copy) => opened(copy) !== undefined).map(({ description }) => description),
		"copies.refused": [
			...good.filter((copy) => runOf(copy) === undefined).map(({ description }) => description),
			...COPIES.filter((copy) => !made.includes(copy)).map(({ description }) => `${description}${NOT_MADE}`),
		],
		"copies.top": topOf(observation, drawn, ran),
		"copies.changed": good.flatMap(({ name }) => changedIn(observation, drawn[name])),
		"copies.unpacked": unpackedIn(observation, drawn, refused),
	};
}

// The list has each process once: two looks may have found the same process.
function commandsSeen(observation: Observation): ProcessState[] {
	const all = COPIES.map((_, index) => commandAt(observation, `copy ${index}`, "copies")).filter((one) => one !== null);
	return all.filter((one, index) => all.findIndex(({ pid }) => pid === one.pid) === index);
}

/** Which layer's /hello the command of the good copy sees. Both layers have a /hello. */
function topOf(observation: Observation, drawn: RandomInputs, ran: readonly ProcessState[]): string {
	const process = ran.find((one) => one.arguments.includes(drawn["goodWord"] ?? ""));
	const seen = process?.files["hello"]?.sha256;
	const image = openReading(firstReading(observation, drawn["good"]));
	if (seen === undefined || typeof image === "string") return "none that the check saw";
	const withIt = image.layers.findLastIndex((layer) =>
		layer?.archive?.members.some(({ path, sha256 }) => path === "hello" && sha256 === seen),
	);
	if (withIt < 0) return "that of neither layer";
	return withIt === image.layers.length - 1 ? "the upper layer's" : "the lower layer's";
}

const firstReading = ({ images }: Observation, image: string | undefined) => images[image ?? ""]?.[0] ?? null;

/** Paths of an image's files that are not as they were before the image was opened. */
function changedIn(observation: Observation, image: string | undefined): string[] {
	const before = firstReading(observation, image)?.files ?? [];
	const after = readingOf(observation, image)?.files ?? [];
	const same = (one: { path: string; sha256: string; kind: string }, others: typeof before) =>
		others.some(({ path, sha256, kind }) => path === one.path && sha256 === one.sha256 && kind === one.kind);
	const changed = [
		...after.filter((file) => !same(file, before)),
		...before.filter((file) => !after.some(({ path }) => path === file.path)),
	];
	return [...new Set(changed.map(({ path }) => path))];
}

/**
 * Paths of the files that were unpacked from these copies, relative to /run/box. The driver opens the copies in the
 * order of their paths, and gives the Nth container the id `copyN`, counted from 0.
 */
function unpackedIn({ after }: Observation, drawn: RandomInputs, copies: readonly Copy[]): string[] {
	const order = COPIES.map(({ name }) => drawn[name] ?? "").sort();
	const directories = copies.map(({ name }) => `copy${order.indexOf(drawn[name] ?? "")}/`);
	return (after.trees["/run/box"] ?? [])
		.filter(({ kind, path }) => kind === "file" && directories.some((directory) => path.startsWith(directory)))
		.map(({ path }) => path);
}

/**
 * Whether a copy became what it should be: every blob's name matches its digest in the good copy, but not in the
 * others.
 */
function isAsMeant(observation: Observation, drawn: RandomInputs, { name, good }: Copy): boolean {
	const blobs = (firstReading(observation, drawn[name])?.files ?? []).filter(
		({ kind, path }) => kind === "file" && /^blobs\//.test(path),
	);
	const right = blobs.every(({ path, sha256 }) => path === `blobs/sha256/${sha256}`);
	return blobs.length > 0 && right === (good === true);
}
