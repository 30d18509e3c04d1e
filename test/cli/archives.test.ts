import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { parseArchiveName, unpackCommand } from "../../harness/classroom/submissions/archive-names.ts";
import { readArchive, withArchives } from "../../harness/classroom/submissions/archives.ts";
import { entry, tarball } from "../support/tarball.ts";
import { zipped } from "../support/zip.ts";

const read = (bytes: Buffer) => readArchive(async () => bytes);
const MODULE = "export function isolate() {}\n";
const LINK_MODE = 0o120777;

/** The bytes of an archive in each format that can be read. */
const FORMATS: readonly (readonly [string, (...files: [string, string][]) => Promise<Buffer>])[] = [
	["zip", (...files) => zipped(...files)],
	["tar", async (...files) => tarOf(files)],
	["tar.gz", async (...files) => gzipSync(tarOf(files))],
];
const tarOf = (files: [string, string][]) =>
	Buffer.concat([...files.map(([path, text]) => entry(path, text)), Buffer.alloc(1024)]);

describe.each(FORMATS)("a %s archive", (_format, make) => {
	test("is read like a folder, without hidden files and what cannot be imported", async () => {
		const bytes = await make(
			...([
				["02-unshare/isolate.ts", MODULE],
				["./helper.ts", "// help"],
				[".git/isolate.ts", ""],
				["node_modules/x/isolate.ts", ""],
				["notes.pdf", "x"],
			] as [string, string][]),
		);
		const { files, refused, isTruncated } = await read(bytes);
		expect([...files.keys()].sort()).toEqual(["/02-unshare/isolate.ts", "/helper.ts"]);
		expect(await files.get("/02-unshare/isolate.ts")?.()).toBe(MODULE);
		expect({ refused: refused.size, isTruncated }).toEqual({ refused: 0, isTruncated: false });
	});

	test("of the whole kit: only the workspace counts", async () => {
		const paths = ["harness/x.ts", "solutions/02-unshare/isolate.ts", "workspace/02-unshare/isolate.ts"];
		const { files } = await read(await make(...paths.map((path) => [`kit/${path}`, path] as [string, string])));
		expect([...files.keys()]).toEqual(["/kit/workspace/02-unshare/isolate.ts"]);
	});

	test("a file that is too large for a module is there, and is not read", async () => {
		const { files } = await read(await make(["isolate.ts", "x".repeat(129 << 10)]));
		await expect(files.get("/isolate.ts")?.()).rejects.toThrow("more than 128 KiB");
	});

	test("cut off in the middle is damaged", async () => {
		const bytes = await make(["isolate.ts", MODULE.repeat(200)]);
		await expect(read(bytes.subarray(0, bytes.length >> 1))).rejects.toThrow(/damaged/);
	});
});

describe("a harmful archive", () => {
	test.each<[string, () => Promise<Buffer>]>([
		["tar", async () => tarball(entry("../isolate.ts", "x"))],
		["tar with an absolute path", async () => tarball(entry("/etc/isolate.ts", "x"))],
		["zip", async () => renamed(await zipped(["xx/isolate.ts", "x"]), "xx/", "../")],
	])("%s whose path leads out of it is refused", async (_what, make) => {
		await expect(make().then(read)).rejects.toThrow(/leads out of the archive|invalid relative path/);
	});

	test("links and devices are named, not followed", async () => {
		const tar = await read(
			tarball(
				entry("isolate.ts", "", { type: "SymbolicLink", linkpath: "/etc/passwd" }),
				entry("hard.ts", "", { type: "Link", linkpath: "isolate.ts" }),
				entry("null.ts", "", { type: "CharacterDevice" }),
				entry("fifo.ts", "", { type: "FIFO" }),
			),
		);
		expect(tar.files.size).toBe(0);
		expect([...tar.refused]).toEqual([
			["/isolate.ts", "is a symbolic link, and links are not followed"],
			["/hard.ts", "is a symbolic link, and links are not followed"],
			["/null.ts", "is neither a file nor a folder"],
			["/fifo.ts", "is neither a file nor a folder"],
		]);
		const zip = await read(await zipped(["isolate.ts", "/etc/passwd", LINK_MODE], ["fifo.ts", "", 0o010644]));
		expect(zip.files.size).toBe(0);
		expect([...zip.refused.values()]).toEqual([
			"is a symbolic link, and links are not followed",
			"is neither a file nor a folder",
		]);
	});

	test("a bomb is not unpacked", async () => {
		const bomb = await zipped(["bomb.ts", Buffer.alloc(65 << 20)], ["isolate.ts", MODULE]);
		expect(bomb.length).toBeLessThan(1 << 20);
		const { files } = await read(bomb);
		await expect(files.get("/bomb.ts")?.()).rejects.toThrow("more than 128 KiB");
		expect(await files.get("/isolate.ts")?.()).toBe(MODULE);
		await expect(read(gzipSync(Buffer.alloc(65 << 20)))).rejects.toThrow("larger than 64 MiB");
	});

	test("more entries than a limit: the rest is left out, and this is said", async () => {
		const many = Array.from({ length: 20_100 }, (_, at) => entry(`${at}.ts`));
		const tar = await read(tarball(...many));
		expect([tar.isTruncated, tar.files.size]).toEqual([true, 20_000]);
		const zip = await read(repeated(await zipped(["isolate.ts", MODULE]), 20_100));
		expect([zip.isTruncated, zip.files.size]).toEqual([true, 1]);
	});

	test("many files that are large together: the rest is left out, and this is said", async () => {
		const large = Buffer.alloc(100 << 10, " ");
		const { files, isTruncated } = await read(
			await zipped(...Array.from({ length: 700 }, (_, at) => [`${at}.ts`, large] as const)),
		);
		expect(isTruncated).toBe(true);
		expect(files.size).toBe(655);
	});

	test("a file that is larger than its archive says", async () => {
		const bytes = await zipped(["isolate.ts", "x".repeat(5_000)]);
		const at = bytes.indexOf("PK\u0001\u0002") + 24;
		bytes.writeUInt32LE(10, at);
		await expect(read(bytes)).rejects.toThrow(/damaged: .*bytes/);
	});

	test("a name that is no UTF-8, or steers a terminal, is printable", async () => {
		const { files } = await read(tarball(entry("a\u001b[2J/isolate.ts", MODULE)));
		expect([...files.keys()]).toEqual(["/a\\x1b[2J/isolate.ts"]);
	});

	test.each([
		["text", Buffer.from("no archive at all".repeat(100))],
		["nothing", Buffer.alloc(0)],
		["zeros", Buffer.alloc(4_096)],
	])("%s is no archive", async (_what, bytes) => {
		await expect(read(bytes)).rejects.toThrow("neither a zip nor a tar archive");
	});
});

test("archives in a folder are read, but not those in archives; a damaged one is named", async () => {
	const inner = await zipped(["isolate.ts", MODULE]);
	const folder = await withArchives({
		...{ files: new Map(), refused: new Map(), isTruncated: false },
		archives: new Map([
			["/a/handin.zip", async () => inner],
			["/b.tar.gz", async () => Buffer.from("nothing")],
			["/c.zip", () => zipped(["inner.zip", inner])],
		]),
	});
	expect([...folder.files.keys()]).toEqual(["/a/handin.zip/isolate.ts"]);
	expect([...folder.refused]).toEqual([["/b.tar.gz", "cannot be read: it is neither a zip nor a tar archive"]]);
});

test("other archives are known by their names, with a command that unpacks them", () => {
	expect(parseArchiveName("alice.tar.gz")).toEqual({ owner: "alice", ending: "tar.gz", isReadable: true });
	expect(parseArchiveName("Bob.RAR")).toEqual({ owner: "Bob", ending: "RAR", isReadable: false });
	expect(parseArchiveName("x.tar.xz")).toEqual({ owner: "x", ending: "tar.xz", isReadable: false });
	expect(parseArchiveName("isolate.ts")).toBeNull();
	expect(unpackCommand("Bob's class", "tar.xz")).toBe(
		`for f in 'Bob'\\''s class'/*.tar.xz; do mkdir "\${f%.tar.xz}" && tar -xf "$f" -C "\${f%.tar.xz}"; done`,
	);
	expect(unpackCommand("class", "rar")).toBe(`for f in class/*.rar; do 7z x -o"\${f%.rar}" "$f"; done`);
});

// Lists the archive's only file `times` times.
function repeated(zip: Buffer, times: number): Buffer {
	const [start, end] = [zip.indexOf("PK\u0001\u0002"), zip.indexOf("PK\u0005\u0006")];
	const directory = Buffer.concat(Array.from({ length: times }, () => zip.subarray(start, end)));
	const trailer = Buffer.from(zip.subarray(end));
	for (const at of [8, 10]) trailer.writeUInt16LE(times, at);
	trailer.writeUInt32LE(directory.length, 12);
	return Buffer.concat([zip.subarray(0, start), directory, trailer]);
}

// The same length, so that no offset changes.
function renamed(bytes: Buffer, from: string, to: string): Buffer {
	return Buffer.from(bytes.toString("latin1").replaceAll(from, to), "latin1");
}
