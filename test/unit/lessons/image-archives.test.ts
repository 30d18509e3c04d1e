import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { readArchive, sha256 } from "../../../harness/readings/guest/archives.ts";
import { changedFiles, type ImageFiles } from "../../../lessons/09-scratch/instrument.ts";
import { temporary } from "../../support/temporary.ts";

/** How the agent reads archives and images that somebody else has made. */

const { dir, remove } = await temporary();
afterAll(remove);
const LONG = `${"long-".repeat(15)}/${"long-".repeat(15)}`;
mkdirSync(`${dir}/${LONG}`, { recursive: true });
writeFileSync(`${dir}/${LONG}/file`, "content");
symlinkSync("elsewhere", `${dir}/link`);
const tar = (...options: string[]) => execFileSync("tar", ["-C", dir, ...options, "-cf", "-", "."]);

test.each([
	["ustar", ["--format=ustar"]],
	["pax", ["--format=pax"]],
	["gnu", ["--format=gnu"]],
])("an archive of the kind %s is read with its long paths and its links", (_, options) => {
	const archive = readArchive(tar(...options));
	expect(archive).toMatchObject({ compression: "none", ends: true, problem: "" });
	const file = archive.members.find(({ path }) => path.endsWith("/file"));
	expect(file).toMatchObject({
		path: `${LONG}/file`,
		kind: "file",
		sha256: sha256(Buffer.from("content")),
	});
	expect(archive.members.find(({ path }) => path === "link")).toMatchObject({ kind: "symlink", target: "elsewhere" });
});

test("a compressed archive is reported with the digest of its content", () => {
	const archive = tar();
	expect(readArchive(gzipSync(archive))).toMatchObject({ compression: "gzip", sha256: sha256(archive), ends: true });
});

test.each([
	["nothing", Buffer.alloc(0), "no tar header"],
	["a text", Buffer.from("A text. ".repeat(200)), "no tar header at byte 0"],
	["what only begins like gzip", Buffer.from([0x1f, 0x8b, 8, 0]), "its gzip data cannot be decompressed"],
])("%s is no archive", (_, bytes, problem) => {
	expect(readArchive(bytes)).toMatchObject({ members: [], ends: false, problem });
});

test("an archive that stops after its last entry, or after a single empty block, has no end", () => {
	const whole = tar("--blocking-factor=1");
	const end = whole.findLastIndex((byte) => byte !== 0);
	const entries = whole.subarray(0, Math.ceil(end / 512) * 512);
	expect(readArchive(entries).ends).toBe(false);
	expect(readArchive(Buffer.concat([entries, Buffer.alloc(512)])).ends).toBe(false);
	expect(readArchive(Buffer.concat([entries, Buffer.alloc(1024)])).ends).toBe(true);
});

test("whatever bytes an archive has, it is read without an exception", () => {
	const whole = tar();
	fc.assert(
		fc.property(
			fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 20 }),
			(edits) => {
				const bytes = Buffer.from(whole);
				for (const [at, value] of edits) bytes[at] = value;
				readArchive(bytes.subarray(0, bytes.length - (edits[0]?.[0] ?? 0)));
			},
		),
	);
});

const digestOf = (bytes: Buffer) => `sha256:${sha256(bytes)}`;
const blob = (bytes: Buffer): [string, Buffer] => [`blobs/sha256/${sha256(bytes)}`, bytes];
const LAYER = Buffer.from("Hello from a layer");
const CONFIG = Buffer.from(JSON.stringify({ config: { Cmd: ["word"] }, rootfs: { diff_ids: [digestOf(LAYER)] } }));
const describe = (bytes: Buffer) => ({ digest: digestOf(bytes), size: bytes.length });
const image: ImageFiles = new Map([
	["manifest.json", Buffer.from(JSON.stringify({ config: describe(CONFIG), layers: [describe(LAYER)] }))],
	blob(LAYER),
	blob(CONFIG),
]);
const isRight = (files: ImageFiles) =>
	[...files].filter(([path]) => path.startsWith("blobs/")).every(([path, bytes]) => path.endsWith(sha256(bytes)));

test("a copy with another word and one more layer is right in all its names", () => {
	const copy = changedFiles(image, {
		configWords: [["word", "w0rd"]],
		addedLayerWords: [["Hello", "Howdy"]],
		corruptedWords: [],
	});
	expect(isRight(copy)).toBe(true);
	const manifest = JSON.parse(String(copy.get("manifest.json")));
	const config = JSON.parse(String(copy.get(`blobs/${manifest.config.digest.replace(":", "/")}`)));
	expect(config.config.Cmd).toEqual(["w0rd"]);
	expect(config.rootfs.diff_ids).toEqual(manifest.layers.map(({ digest }: { digest: string }) => digest));
	expect(manifest.layers[1]).toEqual(describe(Buffer.from("Howdy from a layer")));
});

test("a copy with another word in each of its layers is right in all its names", () => {
	const copy = changedFiles(image, {
		configWords: [],
		layerWords: [["Hello", "Howdy"]],
		addedLayerWords: [["Hello", "Salve"]],
		corruptedWords: [],
	});
	expect(isRight(copy)).toBe(true);
	const manifest = JSON.parse(String(copy.get("manifest.json")));
	const config = JSON.parse(String(copy.get(`blobs/${manifest.config.digest.replace(":", "/")}`)));
	const layers = ["Howdy from a layer", "Salve from a layer"].map((text) => describe(Buffer.from(text)));
	expect(manifest.layers).toEqual(layers);
	expect(config.rootfs.diff_ids).toEqual(layers.map(({ digest }) => digest));
	expect(copy.has(`blobs/sha256/${sha256(LAYER)}`)).toBe(false);
});

test("words are replaced in every spelling of the config, and the second layer is made from the layer that has them", () => {
	const config = Buffer.from(CONFIG.toString().replace('"word"', '"\\u0077ord"'));
	const other = Buffer.from("A layer of directories");
	const layers = [describe(LAYER), describe(other)];
	const manifest = Buffer.from(JSON.stringify({ config: describe(config), layers }));
	const two: ImageFiles = new Map([["manifest.json", manifest], blob(LAYER), blob(other), blob(config)]);
	const copy = changedFiles(two, {
		configWords: [["word", "w0rd"]],
		addedLayerWords: [["Hello", "Howdy"]],
		corruptedWords: [],
	});
	const parsed = JSON.parse(String(copy.get("manifest.json")));
	expect(parsed.layers[2]).toEqual(describe(Buffer.from("Howdy from a layer")));
	expect(JSON.parse(String(copy.get(`blobs/${parsed.config.digest.replace(":", "/")}`))).config.Cmd).toEqual(["w0rd"]);
});

test("a file that is not JSON and names the manifest's digest does not prevent a copy", () => {
	const note = Buffer.from(`${digestOf(image.get("manifest.json") as Buffer)}\n`);
	const copy = changedFiles(new Map([...image, ["note.txt", note]]), {
		configWords: [["word", "w0rd"]],
		corruptedWords: [],
	});
	expect(copy.get("note.txt")).toEqual(note);
	expect(copy.get("manifest.json")).not.toEqual(image.get("manifest.json"));
});

test("a corrupted copy has one blob whose content does not match its name, and the same size", () => {
	const copy = changedFiles(image, { configWords: [], corruptedWords: [["Hello", "Jello"]] });
	expect(isRight(copy)).toBe(false);
	expect(copy.get(`blobs/sha256/${sha256(LAYER)}`)).toEqual(Buffer.from("Jello from a layer"));
});

test.each([
	["nothing", ""],
	["a brace", "{"],
	["null", "null"],
	["an object without fields", "{}"],
	["a digest of which no text can be made", '{"layers":[{"digest":{"toString":null}}]}'],
	["lists in lists without end", "[".repeat(5000)],
])("a manifest of %s is copied as it is", (_, text) => {
	const files: ImageFiles = new Map([["manifest.json", Buffer.from(text)]]);
	expect(changedFiles(files, { configWords: [["a", "b"]], corruptedWords: [] })).toEqual(files);
});
