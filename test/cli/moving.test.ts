import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { exists } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { lessons, moduleOf } from "../../harness/judge/lessons.ts";
import type { Logbook } from "../../harness/learner/logbook.ts";
import { answerQuestion } from "../support/answer-question.ts";
import { drydockIn } from "../support/command.ts";
import { entry, LOGBOOK_ENTRY, tarball } from "../support/tarball.ts";
import { temporary } from "../support/temporary.ts";
import { bookIn, halfway, logbookWith, passedRecord, workspaceIn } from "../support/workspace.ts";

// Every command is a process of its own, and the computer may be busy.
vi.setConfig({ testTimeout: 60_000 });
const files = await temporary();
afterAll(() => files.remove());
const workspace = (book: Logbook, contents: Record<string, string> = {}) => workspaceIn(files.dir, book, contents);
const all = await lessons();
const skeleton = await readFile(inKit("lessons/02-unshare/isolate.ts"), "utf8");
const MINE = "export function isolate() {}\n";
const read = (dir: string, name: string) => readFile(join(dir, name), "utf8");

describe("reset", () => {
	test("twice keeps both old files, and says where", async () => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": "first" });
		expect((await drydockIn(dir, "reset", "02", "--yes")).stdout).toContain("isolate.kept-1.ts");
		await writeFile(join(dir, "02-unshare/isolate.ts"), "second");
		const { kept } = JSON.parse((await drydockIn(dir, "reset", "02", "--yes", "--json")).stdout);
		expect(kept).toBe(join(dir, "02-unshare/isolate.kept-2.ts"));
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(skeleton);
		expect(await read(dir, "02-unshare/isolate.kept-1.ts")).toBe("first");
		expect(await read(dir, "02-unshare/isolate.kept-2.ts")).toBe("second");
	});

	test("two commands at once lose nothing", async () => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": MINE });
		await Promise.all([1, 2].map(() => drydockIn(dir, "reset", "02", "--yes")));
		const names = await readdir(join(dir, "02-unshare"));
		const texts = await Promise.all(names.map((name) => read(dir, `02-unshare/${name}`)));
		expect(texts).toContain(MINE);
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(skeleton);
	});

	test("[no terminal] changes nothing, exit code 2; [an unchanged skeleton] is not kept", async () => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": MINE });
		expect((await drydockIn(dir, "reset", "02")).code).toBe(2);
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(MINE);
		await writeFile(join(dir, "02-unshare/isolate.ts"), skeleton);
		expect((await drydockIn(dir, "reset", "02")).stdout).toContain("nothing was changed");
		expect(await readdir(join(dir, "02-unshare"))).toEqual(["isolate.ts"]);
	});

	test("[no file] makes it without a question", async () => {
		const dir = await workspace(logbookWith({}));
		expect((await drydockIn(dir, "reset", "02")).code).toBe(0);
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(skeleton);
	});
});

describe("a question on a terminal", () => {
	test.each([
		["y and Enter", "y\r", 0],
		["Enter", "\r", 1],
		["no", "no\r", 1],
		["Ctrl-D", "\u0004", 1],
		["Ctrl-C", "\u0003", 130],
	])("answered with %s", async (_, typed, code) => {
		const dir = await workspace(logbookWith({}), { "02-unshare/isolate.ts": MINE });
		expect((await answerQuestion(dir, typed, "reset", "02")).code).toBe(code);
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(code === 0 ? skeleton : MINE);
		expect(await exists(join(dir, "02-unshare/isolate.kept-1.ts"))).toBe(code === 0);
	});
});

describe("export and import", () => {
	test("move a workspace: files and progress; where there was only a skeleton, the work takes its place", async () => {
		const mine = Object.fromEntries(
			await Promise.all(all.map(async (one) => [`${one.id}/${await moduleOf(one)}`, MINE])),
		);
		const from = await workspace(halfway(), { ...mine, "02-unshare/parts/helper.ts": "n", "notes.md": "n" });
		const archive = join(from, "../moved.tar.gz");
		expect((await drydockIn(from, "export", archive)).code).toBe(0);
		const to = await workspace(logbookWith({ "03-chroot": passedRecord() }), { "02-unshare/isolate.ts": skeleton });
		const { stdout, code } = await drydockIn(to, "import", archive);
		expect(stdout).not.toContain("differ");
		expect(code).toBe(0);
		expect(await read(to, "02-unshare/parts/helper.ts")).toBe("n");
		expect(stdout).toContain(
			"Not imported, because they are not modules of a lesson, or because a tool could\nrun them. If you trust one of them, unpack it by hand:\n  notes.md\n",
		);
		expect(await exists(join(to, "notes.md"))).toBe(false);
		expect(await read(to, "02-unshare/isolate.ts")).toBe(MINE);
		expect((await readdir(join(to, "02-unshare"))).sort()).toEqual(["isolate.ts", "parts"]);
		const pages = (await bookIn(to)).lessons;
		expect(
			Object.keys(pages)
				.filter((id) => pages[id]?.passed)
				.sort(),
		).toEqual(["01-process", "03-chroot"]);
		expect(pages["02-unshare"]).toMatchObject({ attempts: 3, hintsShown: 1 });
		// The workspace can be used: everything that init makes is there.
		for (const name of ["kernel", "box/tar"]) expect(await exists(join(to, `types/${name}.d.ts`))).toBe(true);
	});

	test("import puts differing files beside the learner's and says so; a second import changes nothing", async () => {
		const archive = await files.write("theirs.tar.gz", "");
		await writeFile(archive, tarball(LOGBOOK_ENTRY, entry("02-unshare/isolate.ts", "theirs")));
		const dir = await workspace(halfway(), { "02-unshare/isolate.ts": MINE });
		for (let time = 0; time < 2; time++) {
			const { beside } = JSON.parse((await drydockIn(dir, "import", archive, "--json")).stdout);
			const paths = { file: join(dir, "02-unshare/isolate.ts"), kept: join(dir, "02-unshare/isolate.imported-1.ts") };
			expect(beside).toEqual([paths]);
		}
		expect(await read(dir, "02-unshare/isolate.ts")).toBe(MINE);
		expect(await read(dir, "02-unshare/isolate.imported-1.ts")).toBe("theirs");
		expect(await readdir(join(dir, "02-unshare"))).toHaveLength(2);
		expect((await bookIn(dir)).lessons).toEqual(halfway().lessons);
	});

	test("import reads modules and the logbook, and no file that npm, an editor or another tool would obey", async () => {
		const evil = [
			...["package.json", "package-lock.json", "npm-shrinkwrap.json", "tsconfig.json", "jsconfig.json", "biome.json"],
			...[
				"vitest.config.ts",
				"eslint.config.js",
				"gulpfile.js",
				"Makefile",
				"index.js",
				"drydock",
				"global.d.ts",
				"a.code-workspace",
			],
			...[
				"02-unshare/package.json",
				"02-unshare/tsconfig.json",
				"02-unshare/vite.config.mts",
				"02-unshare/global.d.ts",
			],
			...["02-unshare/Gruntfile.js", "bin/drydock.js", "scripts/postinstall.js", "AGENTS.md", "02-unshare/run.sh"],
		];
		const archive = await files.write("tools.tar.gz", "");
		const content = JSON.stringify({ name: "x", bin: { drydock: "index.js" }, scripts: { prepare: "touch /tmp/x" } });
		const modules = ["02-unshare/isolate.ts", "02-unshare/config.ts", "10-later/deep/a.mts"];
		await writeFile(archive, tarball(LOGBOOK_ENTRY, ...[...evil, ...modules].map((name) => entry(name, content))));
		const dir = await workspace(halfway());
		const { files: taken, leftOut } = JSON.parse((await drydockIn(dir, "import", archive, "--json")).stdout);
		expect(taken.sort()).toEqual(modules.sort());
		expect(leftOut.sort()).toEqual(evil.sort());
		const there = (await readdir(dir, { recursive: true })).filter((name) => !/^(types|node_modules)\b/.test(name));
		const texts = there.map(async (name) => [name, await read(dir, name).catch(() => "")] as const);
		expect((await Promise.all(texts)).flatMap(([name, text]) => (text === content ? [name] : [])).sort()).toEqual(
			modules,
		);
	});

	test.each([
		".npmrc",
		".git/hooks/pre-commit",
		".vscode/tasks.json",
		"node_modules/.bin/drydock",
		"types/x.d.ts",
		".envrc",
	])("an archive with %s was not written by drydock, and nothing of it is imported", async (name) => {
		const archive = await files.write("hidden.tar.gz", "");
		await writeFile(archive, tarball(LOGBOOK_ENTRY, entry(name, "x"), entry("02-unshare/isolate.ts", "x")));
		const dir = await workspace(halfway());
		expect((await drydockIn(dir, "import", archive)).code).toBe(2);
		expect(await readdir(dir)).toEqual(["drydock.json"]);
	});

	test("import [a directory has a file's name] puts the file beside it; [a file has a directory's name] says so, exit code 2", async () => {
		const archive = await files.write("shapes.tar.gz", "");
		await writeFile(
			archive,
			tarball(entry("02-unshare/a.ts", "theirs"), entry("02-unshare/b/c.ts", "theirs"), LOGBOOK_ENTRY),
		);
		const dir = await workspace(halfway(), { "02-unshare/a.ts/inner": "mine", "02-unshare/b": "mine" });
		const { stderr, code } = await drydockIn(dir, "import", archive);
		expect(stderr).toContain(`${dir}/02-unshare/b is in the way`);
		expect(code).toBe(2);
		expect(await read(dir, "02-unshare/a.imported-1.ts")).toBe("theirs");
		expect([await read(dir, "02-unshare/a.ts/inner"), await read(dir, "02-unshare/b")]).toEqual(["mine", "mine"]);
		expect(await bookIn(dir)).toEqual(halfway());
	});

	test.each([
		["hostile", tarball(LOGBOOK_ENTRY, entry("good.ts", "x"), entry("../evil.ts", "x"))],
		["with a damaged logbook", tarball(entry("drydock.json", "{"), entry("good.ts", "x"))],
		["with a newer logbook", tarball(entry("drydock.json", '{"schemaVersion": 3}'), entry("good.ts", "x"))],
	])("an archive [%s] changes nothing and says what to do, exit code 2", async (name, content) => {
		const archive = await files.write(`${name}.tar.gz`, "");
		await writeFile(archive, content);
		const dir = await workspace(halfway());
		const { stderr, code } = await drydockIn(dir, "import", archive);
		expect(stderr).toMatch(/^ {2}try: (on the other computer|git pull)/m);
		expect(code).toBe(2);
		expect(await readdir(dir)).toEqual(["drydock.json"]);
		expect(await bookIn(dir)).toEqual(halfway());
	});

	test("export [no such directory] says so, exit code 2", async () => {
		const { stderr, code } = await drydockIn(
			await workspace(halfway()),
			"export",
			join(files.dir, "nowhere/box.tar.gz"),
		);
		expect(stderr).toContain("cannot be written (ENOENT)");
		expect(code).toBe(2);
	});

	test("export overwrites no file", async () => {
		const archive = await files.write("there.tar.gz", "mine");
		const { stderr, code } = await drydockIn(await workspace(halfway()), "export", archive);
		expect(stderr).toContain("exists already");
		expect(code).toBe(2);
		expect(await readFile(archive, "utf8")).toBe("mine");
	});
});
