import { execFileSync } from "node:child_process";
import { linkSync } from "node:fs";
import { mkdir, mkdtemp, symlink, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readRegularFile } from "../../../../harness/base/regular-file.ts";
import { readFolder } from "../../../../harness/classroom/submissions/folder.ts";
import { findModule, type Submission } from "../../../../harness/classroom/submissions/submission.ts";
import { withReadLimits } from "../../../../harness/engine/submission-files.ts";
import { lessons } from "../../../../harness/judge/lessons.ts";
import { candidatesOf } from "../../../support/candidates.ts";
import { temporary } from "../../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
let made = 0;

/** A submission that consists of these files. */
async function submission(texts: Record<string, string>): Promise<Submission & { dir: string }> {
	const name = `someone-${made++}`;
	await mkdir(join(files.dir, name));
	for (const [path, text] of Object.entries(texts)) await files.write(join(name, path), text);
	const dir = join(files.dir, name);
	return { name, dir, folder: await readFolder(Buffer.from(dir)) };
}

const find = (of: Submission) => findModule(of, "02-unshare", "isolate.ts");
const again = async (of: { name: string; dir: string }) => ({ ...of, folder: await readFolder(Buffer.from(of.dir)) });

describe("a lesson's module is found", () => {
	test.each([
		["in a workspace", ["workspace/02-unshare/isolate.ts", "old/02-unshare/isolate.ts"], 0],
		["in a folder with the lesson's name", ["a/b/02-unshare/isolate.ts", "isolate.ts"], 0],
		["by its name, wherever it is", ["src/deep/isolate.ts"], 0],
		["where it lies highest", ["copy/x/isolate.ts", "isolate.ts"], 1],
		["in the workspace of a copy of the kit, not in its solutions", ["workspace/02-unshare/isolate.ts", ...kit("")], 0],
	])("%s", async (_where, paths, index) => {
		const one = await submission(Object.fromEntries(paths.map((path, at) => [path, `// ${at}`])));
		expect(await find(one)).toMatchObject({ kind: "found", path: `/${paths[index]}` });
	});

	test("several equal files count as one", async () => {
		const one = await submission({ "a/isolate.ts": "// same", "b/isolate.ts": "// same" });
		expect(await find(one)).toMatchObject({ kind: "found", path: "/a/isolate.ts" });
	});

	test("in a folder whose name is no UTF-8", async () => {
		const one = await submission({});
		const place = Buffer.concat([Buffer.from(`${one.dir}/`), Buffer.from([0xdc, 0x62])]);
		await mkdir(place);
		await writeFile(Buffer.concat([place, Buffer.from("/isolate.ts")]), "// here");
		const found = await again(one);
		expect(await find(found)).toMatchObject({ kind: "found", path: "/\\xdcb/isolate.ts" });
		expect(await found.folder.files.get("/\\xdcb/isolate.ts")?.()).toBe("// here");
	});
});

describe("a lesson's module is not handed in", () => {
	test.each([
		["nothing is there", []],
		["a copy of the kit without a workspace", kit("my-fork/")],
		["only in what is installed or hidden", ["node_modules/x/isolate.ts", ".git/isolate.ts"]],
	])("%s", async (_what, paths) => {
		const one = await submission(Object.fromEntries(paths.map((path) => [path, ""])));
		expect(await find(one)).toMatchObject({ kind: "missing" });
	});

	test.each<[string, (path: string) => unknown]>([
		["a symbolic link", (path) => symlink("/etc/passwd", path)],
		["neither a file nor a folder", (path) => execFileSync("mkfifo", [path])],
	])("%s in its place: the reason says so", async (kind, make) => {
		const one = await submission({ "02-unshare/notes.txt": "" });
		await make(join(one.dir, "02-unshare/isolate.ts"));
		expect(await find(await again(one))).toMatchObject({ kind: "missing", reason: expect.stringContaining(kind) });
	});

	test("behind a link to a folder: it is not followed", async () => {
		const [one, other] = [
			await submission({ "x.txt": "" }),
			await submission({ "02-unshare/isolate.ts": "// secret" }),
		];
		await symlink(join(other.dir, "02-unshare"), join(one.dir, "02-unshare"));
		const found = await again(one);
		expect([...found.folder.files.keys()]).toEqual([]);
		expect(await find(found)).toMatchObject({ kind: "missing", reason: expect.stringContaining("symbolic link") });
	});
});

describe("nobody can tell", () => {
	test("which of two different files is meant", async () => {
		const one = await submission({ "a/isolate.ts": "// one", "b/isolate.ts": "// other" });
		expect(await find(one)).toMatchObject({ kind: "unclear", reason: expect.stringContaining("a/isolate.ts") });
	});

	/** A folder with `count` modules of one name and these texts. Counts how many are read, at once and in total. */
	function folderOf(count: number, textOf: (at: number) => string) {
		const read = { now: 0, atOnce: 0, all: 0 };
		const open = async (at: number) => {
			read.all += 1;
			read.now += 1;
			read.atOnce = Math.max(read.atOnce, read.now);
			await new Promise(setImmediate);
			read.now -= 1;
			return textOf(at);
		};
		const texts = Array.from({ length: count }, (_, at) => [`/${at}/isolate.ts`, () => open(at)] as const);
		return {
			read,
			one: {
				name: "mallory",
				folder: { files: new Map(texts), refused: new Map(), archives: new Map(), isTruncated: false },
			},
		};
	}

	test("which of thousands is meant, and few of them are read", async () => {
		const { one, read } = folderOf(9_990, String);
		expect(await find(one)).toMatchObject({
			kind: "unclear",
			reason: expect.stringContaining("they differ: 0/isolate.ts"),
		});
		expect(read).toMatchObject({ atOnce: 1, all: 3 });
	});

	test("whether thousands are the same", async () => {
		const { one, read } = folderOf(9_990, () => "// same");
		const reason = expect.stringMatching(/there are 9990, and at most 100 are compared: 0\/isolate\.ts, .*…$/);
		expect(await find(one)).toMatchObject({ kind: "unclear", reason });
		expect(read).toMatchObject({ atOnce: 1, all: 101 });
		expect(await find(folderOf(100, () => "// same").one)).toMatchObject({ kind: "found" });
	});

	test("whether it exists, in folders deeper than the search goes", async () => {
		const one = await submission({ [`${"deep/".repeat(30)}isolate.ts`]: "" });
		expect(await find(one)).toMatchObject({ kind: "unclear" });
	});
});

test("an unreadable file does not count as missing", async () => {
	const folder = {
		files: new Map(),
		archives: new Map(),
		refused: new Map([["/02-unshare", "cannot be read (EACCES)"]]),
		isTruncated: false,
	};
	expect(await find({ name: "x", folder })).toMatchObject({
		kind: "unclear",
		reason: expect.stringContaining("EACCES"),
	});
	expect((await readFolder(Buffer.from("/proc/nowhere"))).refused).toEqual(new Map([["/", "cannot be read (ENOENT)"]]));
});

test("thousands of files are looked through, and no more than a limit", async () => {
	const one = await submission({ "02-unshare/isolate.ts": "// here" });
	for (let folder = 0; folder < 11; folder++) {
		await mkdir(join(one.dir, `many-${folder}`));
		// Links to one file are made faster than files.
		for (let at = 0; at < 2_001; at++)
			linkSync(join(one.dir, "02-unshare/isolate.ts"), join(one.dir, `many-${folder}/${at}.ts`));
	}
	const found = await again(one);
	expect(found.folder.isTruncated).toBe(true);
	expect(found.folder.files.size).toBeGreaterThan(19_000);
	expect(found.folder.files.size).toBeLessThanOrEqual(20_000);
	expect(await find(found)).toMatchObject({ kind: "found" });
});

test("a huge file is not read, and neither is a file that grows while it is read", async () => {
	const one = await submission({ "huge.ts": "" });
	await truncate(join(one.dir, "huge.ts"), 2 ** 40);
	await expect(one.folder.files.get("/huge.ts")?.()).rejects.toThrow("more than 128 KiB");
	// The size of this file is shown as 0.
	await expect(readRegularFile("/proc/self/environ", 10)).rejects.toThrow("too large");
});

test("a link or a FIFO in a file's place is neither opened nor waited for", async () => {
	await symlink("/etc/passwd", join(files.dir, "link.ts"));
	await expect(readRegularFile(join(files.dir, "link.ts"), 10)).rejects.toMatchObject({ code: "ELOOP" });
	execFileSync("mkfifo", [join(files.dir, "fifo.ts")]);
	await expect(readRegularFile(join(files.dir, "fifo.ts"), 10)).rejects.toThrow("not a regular file");
	await expect(readRegularFile("/dev/zero", 10)).rejects.toThrow("not a regular file");
});

describe("a class", () => {
	const candidates = async (dir: string, one = false) => (await candidatesOf(dir, one)).map(({ name }) => name);

	test("is the folders in its folder, in order; files and hidden entries are no submissions", async () => {
		for (const path of ["class/bob/x", "class/alice/x", "class/.git/x", "class/grades.csv"])
			await files.write(path, "");
		expect(await candidates(join(files.dir, "class"))).toEqual(["alice", "bob"]);
	});

	test("loses nobody: a link in a folder's place is a submission that cannot be judged", async () => {
		await files.write("linked/alice/x", "");
		await symlink("/etc", join(files.dir, "linked/bob"));
		const [, bob] = await candidatesOf(join(files.dir, "linked"));
		expect(bob?.name).toBe("bob");
		await expect(bob?.open()).rejects.toThrow("links are not followed");
	});

	const shape = async (...paths: string[]) => {
		const dir = await mkdtemp(join(files.dir, "shape-"));
		for (const path of paths)
			await files.write(join(basename(dir), path), path.endsWith(KIT) ? '"name": "drydock"' : "");
		const doubts: string[] = [];
		const names = (await candidatesOf(dir, false, (doubt) => doubts.push(doubt))).map(({ name }) => name);
		return { names: names.map((name) => (name === basename(dir) ? "one" : name)), doubt: doubts.join() };
	};
	const KIT = "package.json";
	const ALICE = "alice/02-unshare/isolate.ts";

	test.each([
		["a lesson's folder", ["02-unshare/isolate.ts"]],
		["a workspace", ["workspace/02-unshare/isolate.ts"]],
		["a logbook", ["drydock.json", "src/notes.txt"]],
		["a copy of the kit", [KIT, ...kit(""), "workspace/02-unshare/isolate.ts"]],
		["lessons and pictures", ["02-unshare/isolate.ts", "pictures/one.png"]],
	])("is one submission with %s in it", async (_what, paths) => {
		expect((await shape(...paths)).names).toEqual(["one"]);
	});

	test("is one submission where it is a whole workspace, whatever else is kept in it", async () => {
		const all = (await lessons()).map(({ id }) => `${id}/x.ts`);
		expect(await shape("drydock.json", ...all, "old/02-unshare/isolate.ts")).toEqual({ names: ["one"], doubt: "" });
	});

	test.each([
		["workspace", ["workspace/02-unshare/isolate.ts"]],
		["workspace", ["workspace/drydock.json", "workspace/02-unshare/isolate.ts"]],
		["02-unshare", ["02-unshare/isolate.ts"]],
		["02-unshare", ["02-unshare/02-unshare/isolate.ts", "drydock.json"]],
		["harness", [...kit("").map((path) => path.replace("solutions", "harness")), "drydock.json"]],
	])("is a class although somebody in it is called %s", async (name, paths) => {
		const { names, doubt } = await shape(ALICE, ...paths);
		expect(names).toEqual(expect.arrayContaining(["alice", name]));
		expect(doubt).toMatch(/treated as a class: .*"alice".*--one/);
	});

	test.each([
		["a module without a folder", "alice/isolate.ts"],
		["a workspace", "alice/workspace/03-chroot/enter-root.ts"],
		["more than is looked through", `alice/${"deep/".repeat(30)}x`],
		["an archive", "alice.tar.gz"],
	])("is a class where somebody else has handed in %s", async (_what, path) => {
		expect((await shape("workspace/02-unshare/isolate.ts", path)).names).toEqual(["alice", "workspace"]);
	});

	test("is a class with one submission, if a folder called workspace is no workspace", async () => {
		expect((await shape("workspace/x")).names).toEqual(["workspace"]);
	});

	test("that could also be one submission is treated as one, and the report says why", async () => {
		const { names, doubt } = await shape("workspace/02-unshare/isolate.ts", "alice/readme.txt");
		expect(names).toEqual(["one"]);
		expect(doubt).toMatch(/treated as a single submission: it has "workspace" .*"alice"/);
	});

	test("is one submission if the user says so", async () => {
		await files.write("told/src/isolate.ts", "");
		expect(await candidates(join(files.dir, "told"), true)).toEqual(["told"]);
	});

	test("that is empty or does not exist is wrong usage", async () => {
		await files.write("empty/readme.txt", "");
		await expect(candidates(join(files.dir, "empty"))).rejects.toMatchObject({ kind: "usage" });
		await expect(candidates(join(files.dir, "nowhere"))).rejects.toMatchObject({ kind: "usage" });
	});
});

test("imported files are read one by one, up to their common limit", async () => {
	const read = { now: 0, atOnce: 0, all: 0 };
	const reader = withReadLimits(async () => {
		read.all += 1;
		read.now += 1;
		read.atOnce = Math.max(read.atOnce, read.now);
		await new Promise(setImmediate);
		read.now -= 1;
		return "x".repeat(400 << 10);
	});
	const texts = await Promise.allSettled(Array.from({ length: 200 }, (_, at) => reader(`/${at}.ts`)));
	expect(texts.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
	expect(read).toMatchObject({ atOnce: 1, all: 3 });
});

function kit(below: string): string[] {
	return ["harness/x.ts", "solutions/02-unshare/isolate.ts", "lessons/02-unshare/isolate.ts"].map(
		(path) => below + path,
	);
}
