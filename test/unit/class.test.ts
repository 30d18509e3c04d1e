import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { archivesIn, entrantsIn } from "../../harness/classroom/class.ts";
import { lookInto, readText } from "../../harness/classroom/folder.ts";
import { findModule, type Submission } from "../../harness/classroom/submission.ts";
import { lessons } from "../../harness/lessons.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());
let made = 0;

/** A submission with these files in it. */
async function submission(texts: Record<string, string>): Promise<Submission & { dir: string }> {
	const name = `someone-${made++}`;
	await mkdir(join(files.dir, name));
	for (const [path, text] of Object.entries(texts)) await files.write(join(name, path), text);
	const dir = join(files.dir, name);
	return { name, dir, folder: await lookInto(Buffer.from(dir)) };
}

const find = (of: Submission) => findModule(of, "02-unshare", "isolate.ts");
const again = async (of: { name: string; dir: string }) => ({ ...of, folder: await lookInto(Buffer.from(of.dir)) });

describe("a lesson's module is found", () => {
	test.each([
		["in a workspace", ["workspace/02-unshare/isolate.ts", "old/02-unshare/isolate.ts"], 0],
		["in a folder with the lesson's name", ["a/b/02-unshare/isolate.ts", "isolate.ts"], 0],
		["by its name, wherever it is", ["src/deep/isolate.ts"], 0],
		["where it lies highest", ["copy/x/isolate.ts", "isolate.ts"], 1],
		["in the workspace of a copy of the kit, not in its solutions", ["workspace/02-unshare/isolate.ts", ...kit("")], 0],
	])("%s", async (_where, paths, index) => {
		const one = await submission(Object.fromEntries(paths.map((path, at) => [path, `// ${at}`])));
		expect(await find(one)).toEqual({ kind: "found", path: `/${paths[index]}` });
	});

	test("several that are the same are one", async () => {
		const one = await submission({ "a/isolate.ts": "// same", "b/isolate.ts": "// same" });
		expect(await find(one)).toEqual({ kind: "found", path: "/a/isolate.ts" });
	});

	test("in a folder whose name is no UTF-8", async () => {
		const one = await submission({});
		const place = Buffer.concat([Buffer.from(`${one.dir}/`), Buffer.from([0xdc, 0x62])]);
		await mkdir(place);
		await writeFile(Buffer.concat([place, Buffer.from("/isolate.ts")]), "// here");
		const found = await again(one);
		expect(await find(found)).toEqual({ kind: "found", path: "/\\xdcb/isolate.ts" });
		expect(await readText(found.folder.files.get("/\\xdcb/isolate.ts") ?? "")).toBe("// here");
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
	test("which of two that differ is meant", async () => {
		const one = await submission({ "a/isolate.ts": "// one", "b/isolate.ts": "// other" });
		expect(await find(one)).toMatchObject({ kind: "unclear", reason: expect.stringContaining("a/isolate.ts") });
	});

	test("whether it is there, where there is more than is looked through", async () => {
		const one = await submission({ [`${"deep/".repeat(30)}isolate.ts`]: "" });
		expect(await find(one)).toMatchObject({ kind: "unclear" });
	});
});

test("what cannot be read is not taken for missing", async () => {
	const folder = { files: new Map(), refused: new Map([["/02-unshare", "cannot be read (EACCES)"]]), cutOff: false };
	expect(await find({ name: "x", folder })).toMatchObject({
		kind: "unclear",
		reason: expect.stringContaining("EACCES"),
	});
	expect((await lookInto(Buffer.from("/proc/nowhere"))).refused).toEqual(new Map([["/", "cannot be read (ENOENT)"]]));
});

test("thousands of files are looked through, and no more than a limit", async () => {
	const one = await submission({ "02-unshare/isolate.ts": "// here" });
	await mkdir(join(one.dir, "many"));
	for (let at = 0; at < 21_000; at++) closeSync(openSync(join(one.dir, "many", `${at}.ts`), "w"));
	const found = await again(one);
	expect(found.folder.cutOff).toBe(true);
	expect(found.folder.files.size).toBeLessThanOrEqual(20_000);
	expect(await find(found)).toMatchObject({ kind: "found" });
});

test("a huge file is not read; nor is one that grows while it is", async () => {
	const path = await files.write("huge.ts", "");
	await truncate(path, 2 ** 40);
	await expect(readText(path)).rejects.toThrow("larger than 128 KiB");
	// Says that it has no bytes.
	await expect(readText("/proc/self/environ", 10)).rejects.toThrow("larger");
});

test("a link or a FIFO that has taken a file's place is not opened, and not waited for", async () => {
	await symlink("/etc/passwd", join(files.dir, "link.ts"));
	await expect(readText(join(files.dir, "link.ts"))).rejects.toMatchObject({ code: "ELOOP" });
	execFileSync("mkfifo", [join(files.dir, "fifo.ts")]);
	await expect(readText(join(files.dir, "fifo.ts"))).rejects.toThrow("not a file");
	await expect(readText("/dev/zero")).rejects.toThrow("not a file");
});

describe("a class", () => {
	const entrants = async (dir: string, one = false) =>
		(await entrantsIn(dir, await lessons(), one)).map(({ name }) => name);

	test("is the folders in its folder, in order; files and what is hidden are nobody's", async () => {
		for (const path of ["class/bob/x", "class/alice/x", "class/.git/x", "class/grades.csv"])
			await files.write(path, "");
		expect(await entrants(join(files.dir, "class"))).toEqual(["alice", "bob"]);
	});

	test("tells of archives, which are somebody's", async () => {
		for (const path of ["packed/alice/x", "packed/bob.tar.gz", "packed/carol.zip", "packed/d.txt"])
			await files.write(path, "");
		expect(await archivesIn(join(files.dir, "packed"))).toBe(2);
	});

	test("loses nobody: a link in the place of a folder is somebody's that cannot be judged", async () => {
		await files.write("linked/alice/x", "");
		await symlink("/etc", join(files.dir, "linked/bob"));
		const [, bob] = await entrantsIn(join(files.dir, "linked"), await lessons(), false);
		expect(bob?.name).toBe("bob");
		await expect(bob?.open()).rejects.toThrow("links are not followed");
	});

	test.each(["02-unshare/isolate.ts", "workspace/x", "drydock.json"])(
		"is one submission with %s in it",
		async (path) => {
			await files.write(join("solo", path, "..", path.split("/").at(-1) ?? ""), "");
			expect(await entrants(join(files.dir, "solo"))).toEqual(["solo"]);
		},
	);

	test("is one submission when told so", async () => {
		await files.write("told/src/isolate.ts", "");
		expect(await entrants(join(files.dir, "told"), true)).toEqual(["told"]);
	});

	test("without anybody, or that is not there, is wrong usage", async () => {
		await files.write("empty/readme.txt", "");
		await expect(entrants(join(files.dir, "empty"))).rejects.toMatchObject({ kind: "usage" });
		await expect(entrants(join(files.dir, "nowhere"))).rejects.toMatchObject({ kind: "usage" });
	});
});

function kit(below: string): string[] {
	return ["harness/x.ts", "solutions/02-unshare/isolate.ts", "lessons/02-unshare/isolate.ts"].map(
		(path) => below + path,
	);
}
