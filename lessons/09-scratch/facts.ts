import {
	type Context,
	commandAt,
	DURING,
	type Entry,
	type FactValue,
	type Observation,
} from "../../harness/grade/index.ts";
import { layerOf, type Member } from "./refusals.ts";

/** How the images and what was run from them are read: by what is in the files, and by what the probe saw. */

/** What can be said of an image whose manifest leads to its blobs. */
export const IMAGE_FACTS = [
	...(["names", "descriptors", "layer", "end", "diff_id"] as const),
	...(["command", "again", "platform"] as const),
] as const;
/** The probe hashes no more of a file than this. */
const READ_BYTES = 1 << 20;
export const WHOLE = "names a config and a layer";
/** What the program at a fixed address is, and needs. */
const FIXED_NEEDS = ["fixed", "libc.so.6", "ld-linux-x86-64.so.2"];

/** Prints what is in two images, and makes two copies of the first: one with another layer, one with another config. */
export const LOOK_AT_IMAGES = `
json() { [ "$(head -c 1 "$1")" = "{" ]; }
change() {
	if busybox gzip -t "$1" 2>/dev/null; then busybox gzip -dc "$1" | sed "$2" | busybox gzip -c > "$1.new" && mv "$1.new" "$1"
	else sed -i "$2" "$1"; fi
}
tarball() { busybox gzip -dc "$1" 2>/dev/null || cat "$1"; }
echo "== needed"; /lib64/ld-linux-x86-64.so.2 --list /usr/bin/ls
for image in "$1" "$1-one" "$1-two"; do echo "== $image"; cat "$image/manifest.json"; echo; done
for blob in "$1"/blobs/*/*; do
	name=$(basename "$blob")
	if json "$blob"; then echo "== $name"; cat "$blob"; echo; continue; fi
	echo "== diff $name"; tarball "$blob" | sha256sum
	echo "== end $name"; tarball "$blob" | tail -c 1024 | tr -d '\\0' | wc -c
	echo "== layer $name"; tarball "$blob" | busybox tar -tv
done
cp -r "$1" "$1-layer" && for blob in "$1-layer"/blobs/*/*; do change "$blob" 's/Hello from/Jello from/'; done
cp -r "$1" "$1-config" && for blob in "$1-config"/blobs/*/*; do change "$blob" 's|"/hello"|"/jello"|'; done
for image in "$1-one" "$1-two" "$2" "$2-fixed" "$2-script" "$2-orphan"; do
	echo "== members of $image"
	for blob in "$image"/blobs/*/*; do [ ! -e "$blob" ] || json "$blob" || tarball "$blob" | busybox tar -tv; done
done
`;

/** What the images and their containers show. */
export function derive(
	observation: Observation,
	{ image = "", source = "" }: Record<string, string>,
): Record<string, FactValue> {
	return {
		...imageFacts(observation, image),
		...fileFacts(observation, source),
		...dynamicFacts(observation, image),
		...tamperedFacts(observation, source),
	};
}

interface Descriptor {
	mediaType?: unknown;
	digest?: unknown;
	size?: unknown;
}

/** What {@link LOOK_AT_IMAGES} has printed under a heading. */
const printed = ({ programs }: Observation, heading: string): string =>
	programs["images"]?.stdout
		.split(/^== /m)
		.find((part) => part.startsWith(`${heading}\n`))
		?.slice(heading.length + 1) ?? "";

// Of what the learner has written, nothing is certain: neither that it is JSON, nor what is in it.
function parsed(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}

const record = (value: unknown) =>
	typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
const first = (value: unknown) => (Array.isArray(value) ? value[0] : undefined) as unknown;
const hex = (descriptor: unknown) => String(record(descriptor)["digest"]).replace(/^sha256:/, "");

// Other engines' own types are as good: they tell the same.
const MEDIA_TYPES = {
	config: /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/,
	layer: /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+(gzip|zstd))?|docker\.image\.rootfs\.diff\.tar(\.gzip)?)$/,
};

/** What a descriptor says of a blob that is not so. */
function wrongIn(
	name: keyof typeof MEDIA_TYPES,
	{ mediaType, digest, size }: Descriptor,
	blobs: readonly Entry[],
): string[] {
	const blob = blobs.find(({ path }) => `sha256:${path.split("/").at(-1)}` === digest);
	if (blob === undefined) return [`${name}: no blob is called ${String(digest)}`];
	if (blob.size !== size) return [`${name}: size ${String(size)}, the blob has ${blob.size}`];
	return MEDIA_TYPES[name].test(String(mediaType)) ? [] : [`${name}: media type ${String(mediaType)}`];
}

function imageFacts(observation: Observation, image: string): Record<string, FactValue> {
	const manifest = parsed(printed(observation, image));
	const { config, layers } = manifest ?? {};
	const complete = config !== undefined && first(layers) !== undefined;
	const unknown = Object.fromEntries(IMAGE_FACTS.map((fact) => [`image.${fact}`, "unknown"]));
	if (!complete)
		return { ...unknown, "image.manifest": manifest === undefined ? "missing" : "names no config, or no layer" };

	const tree = observation.after.trees[image] ?? [];
	const blobs = tree.filter(({ kind, path }) => kind === "file" && path.startsWith("blobs/"));
	const { config: runs, rootfs, architecture, os } = parsed(printed(observation, hex(config))) ?? {};
	const command = [record(runs)["Entrypoint"], record(runs)["Cmd"]].flatMap((part) =>
		Array.isArray(part) ? part : [],
	);
	const diffId = hex({ digest: first(record(rootfs)["diff_ids"]) });
	const members = layerOf(printed(observation, `layer ${hex(first(layers))}`));
	const layer = (other: string) => hex(first(parsed(printed(observation, other))?.["layers"]));
	return {
		"image.manifest": WHOLE,
		"image.names": blobs
			.filter(({ path, size, sha256 }) => size < READ_BYTES && path !== `blobs/sha256/${sha256}`)
			.map(({ path }) => path),
		"image.descriptors": [
			...wrongIn("config", record(config), blobs),
			...wrongIn("layer", record(first(layers)), blobs),
		],
		"image.layer": members.length === 0 ? "no tar archive" : "a tar archive",
		"image.end":
			printed(observation, `end ${hex(first(layers))}`).trim() === "0" ? "two empty blocks" : "something else",
		"image.diff_id": printed(observation, `diff ${hex(first(layers))}`).startsWith(diffId)
			? "of the layer's tar"
			: "of something else",
		"image.command": command[0] === "/hello" ? "in the config" : "not in the config",
		"image.again": layer(`${image}-one`) === layer(`${image}-two`) ? "the same" : "another",
		"image.platform": `${String(os)}/${String(architecture)}`,
	};
}

function fileFacts(observation: Observation, source: string): Record<string, FactValue> {
	const process = commandAt(observation, DURING);
	const hello = process?.files["hello"];
	if (process === null || hello === null || hello === undefined) return {};
	const original = observation.before.trees[source]?.find(({ path }) => path === "hello");
	return {
		"command.root": process.root,
		"hello.bytes": hello.sha256 === original?.sha256 ? "as on the host" : `others, ${hello.size} of them`,
		"hello.mode": hello.mode.toString(8),
		"hello.owner": `${hello.uid}:${hello.gid}`,
	};
}

function dynamicFacts(observation: Observation, image: string): Record<string, FactValue> {
	const ending = observation.containers["dynamic"]?.ending;
	if (ending === undefined) return {};
	const present = membersOf(observation, `${image}-dynamic`).map(({ name }) => name);
	const needed = neededFor(observation);
	const built = (end: string) =>
		membersOf(observation, `${image}-dynamic-${end}`).length === 0 ? "not built" : "built";
	return {
		"fixed.missing": missing(membersOf(observation, `${image}-dynamic-fixed`), FIXED_NEEDS),
		refused: built("script"),
		orphan: built("orphan"),
		"dynamic.ending": ending.how === "returned" ? `exit code ${String(ending.value)}` : ending.how,
		// A library may bring along the file that its name is a link to.
		"dynamic.surplus": present.filter((name) => !needed.some((other) => name.startsWith(other))),
	};
}

// As the host's own loader says: "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f…)".
// dash needs nothing that ls does not.
const neededFor = (observation: Observation): string[] =>
	printed(observation, "needed")
		.split("\n")
		.map((line) => line.trim().split(" ")[0]?.split("/").at(-1) ?? "")
		.filter((name) => name !== "" && name !== "linux-vdso.so.1")
		.concat("dash", "ls");

/** Names of what dash and ls need, and the image has not as a file. */
export const missingIn = ({ observation, drawn }: Context): string[] =>
	missing(membersOf(observation, `${drawn["image"]}-dynamic`), neededFor(observation));

/** Whether the image of the program at a fixed address could not even be built, when that of dash and ls had been. */
export const fixedFailed = ({ observation, drawn }: Context): boolean => {
	const [dynamic, fixed] = ["", "-fixed"].map(
		(end) => membersOf(observation, `${drawn["image"]}-dynamic${end}`).length,
	);
	return dynamic !== 0 && fixed === 0;
};

/** Whether the same files are in another order in the second of two layers. */
export function inOtherOrder({ observation, drawn }: Context): boolean {
	const [one, two] = ["one", "two"].map((end) => membersOf(observation, `${drawn["image"]}-${end}`));
	return JSON.stringify(one?.map(({ name }) => name)) !== JSON.stringify(two?.map(({ name }) => name));
}

const membersOf = (observation: Observation, image: string) => layerOf(printed(observation, `members of ${image}`));

function missing(members: readonly Member[], needed: readonly string[]): string[] {
	const files = members.filter(({ kind }) => kind === "-").map(({ name }) => name);
	const links = members.filter(({ target }) => files.includes(target)).map(({ name }) => name);
	return [...new Set(needed)].filter((name) => !files.includes(name) && !links.includes(name));
}

function tamperedFacts(observation: Observation, source: string): Record<string, FactValue> {
	const process = commandAt(observation, "tampered", "tampered");
	const original = observation.before.trees[source]?.find(({ path }) => path === "hello");
	const changed = process?.files["hello"]?.sha256 === original?.sha256 ? "config" : "layer";
	const unpacked = observation.moments["tampered"]?.host.trees["/run/box"] ?? [];
	const files = ({ trees }: Observation["after"]) =>
		["/run/box", "/tmp"].flatMap((dir) =>
			(trees[dir] ?? []).filter(({ kind }) => kind === "file").map(({ path }) => `${dir}/${path}`),
		);
	const before = files(observation.before);
	return {
		tampered: process === null ? "refused" : `it runs, with another ${changed}`,
		"tampered.unpacked": unpacked.filter(({ kind }) => process === null && kind === "file").map(({ path }) => path),
		"left.files": files(observation.after).filter((path) => !before.includes(path)),
	};
}
