import { mkdir, mkdtemp, readdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { isImported, packWorkspace, unpackWorkspace } from "../../../harness/learner/archive.ts";
import { entry, LOGBOOK_ENTRY, tarball } from "../../support/tarball.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

async function unpack(archive: Buffer): Promise<Map<string, Buffer>> {
	const path = join(await mkdtemp(join(files.dir, "archive-")), "box.tar.gz");
	await writeFile(path, archive);
	return unpackWorkspace(path);
}

async function workspace(contents: Record<string, string>): Promise<string> {
	const dir = await mkdtemp(join(files.dir, "workspace-"));
	for (const [name, text] of Object.entries({ "drydock.json": "{}", ...contents })) {
		await mkdir(join(dir, name, ".."), { recursive: true });
		await writeFile(join(dir, name), text);
	}
	return dir;
}

describe("packWorkspace", () => {
	test("packed files are unpacked unchanged, with names of any kind", async () => {
		const contents = {
			"02-unshare/isolate.ts": "// mine\n",
			"02-unshare/isolate.kept-1.ts": "",
			"02-unshare/notes/größe 1.md": "ü",
			[`deep/${"long-".repeat(30)}name`]: "long",
			"@drydock.json": "no instruction to tar",
			".gitignore": "node_modules/\n",
		};
		const { archive, files } = await packWorkspace(await workspace(contents));
		const unpacked = await unpack(archive);
		const texts = Object.fromEntries([...unpacked].map(([name, content]) => [name, content.toString()]));
		expect(texts).toEqual({ "drydock.json": "{}", ...contents });
		expect(files).toEqual([...unpacked.keys()]);
	});

	test("installed, generated and hidden files and links are left out", async () => {
		const dir = await workspace({
			"node_modules/a/index.js": "",
			"02-unshare/node_modules/a.js": "",
			"types/kernel.d.ts": "",
			".git/config": "",
			".env": "secret",
			"last-week.tar.gz": "",
			"drydock.json.new": "",
			"drydock.json.lock/a": "",
		});
		await symlink("/etc", join(dir, "etc"));
		await symlink("/etc/hostname", join(dir, "hostname"));
		expect((await packWorkspace(dir)).files).toEqual(["drydock.json"]);
	});

	test("a file that could not be imported again is refused by its name", async () => {
		const dir = await workspace({ "core.dump": "" });
		await truncate(join(dir, "core.dump"), 5 << 20);
		await expect(packWorkspace(dir)).rejects.toMatchObject({
			kind: "usage",
			message: expect.stringContaining("core.dump is too large"),
		});
	});
});

describe("unpackWorkspace", () => {
	test("an archive packed with tar(1), with ./ and directories, is accepted", async () => {
		const archive = tarball(
			entry("./", "", { type: "Directory" }),
			entry("./02-unshare/", "", { type: "Directory" }),
			entry("./02-unshare/isolate.ts", "mine"),
			LOGBOOK_ENTRY,
		);
		expect([...(await unpack(archive)).keys()]).toEqual(["02-unshare/isolate.ts", "drydock.json"]);
	});

	const NAMES = [
		["an absolute path", "/etc/cron.d/evil"],
		["a way up", "../evil.ts"],
		["a way up, later", "02-unshare/../../evil.ts"],
		["a way up, with backslashes", "..\\evil.ts"],
		["a drive", "C:\\evil.ts"],
		["a hidden directory", ".git/hooks/post-checkout"],
		["a hidden file", ".npmrc"],
		["an installed package", "node_modules/evil/index.js"],
		["a generated file", "types/kernel.d.ts"],
		["a half-written logbook", "drydock.json.new"],
		["an archive", "inner.tar.gz"],
		["an escape sequence", "\u001b[2Jevil.ts"],
		["a name that reads backwards", "\u202est.live.ts"],
		["an empty part", "02-unshare//isolate.ts"],
		["a dot", "02-unshare/./isolate.ts"],
		["a very long name", `${"long/".repeat(60)}name`],
	] as const;
	test.each(NAMES)("a name [%s] is refused, and nothing is unpacked", async (_, path) => {
		const failure = { kind: "usage", message: expect.stringMatching(/^[ -~]*does not belong in a workspace$/) };
		await expect(unpack(tarball(entry("good.ts", "x"), entry(path, "x"), LOGBOOK_ENTRY))).rejects.toMatchObject(
			failure,
		);
	});

	test.each([
		["SymbolicLink", { linkpath: "/etc/passwd" }],
		["Link", { linkpath: "/etc/passwd" }],
		["CharacterDevice", { devmaj: 1, devmin: 8 }],
		["BlockDevice", { devmaj: 8, devmin: 0 }],
		["FIFO", {}],
		["ContiguousFile", {}],
		["SparseFile", {}],
	] as const)("an entry [%s] is refused", async (type, more) => {
		const archive = tarball(LOGBOOK_ENTRY, entry("02-unshare", "", { type, ...more }));
		await expect(unpack(archive)).rejects.toMatchObject({ kind: "usage" });
	});

	test("a link and then a file through it are refused", async () => {
		const link = entry("out", "", { type: "SymbolicLink", linkpath: "/tmp" });
		await expect(unpack(tarball(link, entry("out/evil", "x"), LOGBOOK_ENTRY))).rejects.toMatchObject({ kind: "usage" });
	});

	test.each([
		["the same file twice", [entry("a.ts", "1"), entry("./a.ts", "2")]],
		["a file and a file below it", [entry("a", "1"), entry("a/b", "2")]],
		["more files than a workspace has", Array.from({ length: 2_001 }, (_, number) => entry(`${number}`))],
		["a file that is too large", [entry("a.ts", "x".repeat((4 << 20) + 1))]],
		["a file that is shorter than its header says", [entry("a.ts", "", { size: 1 << 20 })]],
		["a size beyond all memory", [entry("a.ts", "", { size: 2 ** 50 })]],
		["a wrong checksum", [Buffer.from(entry("a.ts", "x")).fill("7", 100, 107)]],
	])("an archive with %s is refused", async (_, entries) => {
		await expect(unpack(tarball(LOGBOOK_ENTRY, ...entries))).rejects.toMatchObject({ kind: "usage" });
	});

	test("an archive without a logbook is no workspace", async () => {
		await expect(unpack(tarball(entry("a.ts", "x")))).rejects.toMatchObject({
			message: expect.stringContaining("no drydock.json"),
		});
	});

	test.each([
		["nothing", Buffer.alloc(0)],
		["no archive", Buffer.from("hello")],
		["zipped text", gzipSync("hello")],
		["zipped twice", gzipSync(tarball(LOGBOOK_ENTRY))],
		["cut off", tarball(LOGBOOK_ENTRY, entry("a.ts", "x".repeat(9_000))).subarray(0, 150)],
	])("a file [%s] is refused as damaged", async (_, archive) => {
		await expect(unpack(archive)).rejects.toMatchObject({ kind: "usage", message: expect.stringContaining("damaged") });
	});

	test("a small archive that grows without end is refused before it has grown", async () => {
		const bomb = gzipSync(Buffer.concat([LOGBOOK_ENTRY, Buffer.alloc(160 << 20)]), { level: 1 });
		const before = process.memoryUsage().rss;
		await expect(unpack(bomb)).rejects.toMatchObject({ message: expect.stringContaining("too large") });
		expect(process.memoryUsage().rss - before).toBeLessThan(128 << 20);
	}, 30_000);

	test("a missing file, or a directory in its place, is reported", async () => {
		for (const path of [join(files.dir, "nowhere"), files.dir])
			await expect(unpackWorkspace(path)).rejects.toMatchObject({ message: expect.stringContaining("no such file") });
		expect(await readdir(files.dir)).not.toContain("nowhere");
	});
});

describe("isImported", () => {
	test.each([
		...["evil.test.mjs", "evil.test.ts", "isolate.spec.js", "isolate.Test.CTS", "vitest.setup.ts", "isolate.bench.ts"],
		...[
			"test.js",
			"spec.ts",
			"specspec.js",
			"test-isolate.js",
			"isolate-test.cjs",
			"isolate_test.ts",
			"isolate_spec.js",
		],
		...[
			"__mocks__/fs.js",
			"deep/__tests__/isolate.ts",
			"test/isolate.js",
			"parts/Tests/isolate.mts",
			"spec/isolate.js",
		],
		...["e2e/isolate.ts", "isolate_bench.ts", "isolate.stories.ts", "plopfile.js", "wallaby.js", "global.d.mts"],
	])("not %s, which a tool finds by its name", (name) => {
		expect(isImported(`02-unshare/${name}`)).toBe(false);
	});

	test.each([
		...["isolate.ts", "isolate.kept-1.ts", "isolate.imported-12.ts", "parts/helper.mjs", "größe.js", "Setup.ts"],
		...["config.ts", "profile.ts", "latest.ts", "inspect.ts", "attestation.ts", "contest-a.ts", "index.cts"],
	])("%s, which a module could import", (name) => {
		expect(isImported(`02-unshare/${name}`)).toBe(true);
	});
});
