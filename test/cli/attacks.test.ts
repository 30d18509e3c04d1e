import { execFile, execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, test, vi } from "vitest";
import { hashOf } from "../../harness/base/cache.ts";
import { details } from "../../harness/classroom/formats/table.ts";
import { mergeReports } from "../../harness/classroom/grading/shard.ts";
import { explanationText, headline } from "../../harness/classroom/results/result.ts";
import { unpackArchive } from "../../harness/learner/archive.ts";
import { EMPTY_RECORD, LOGBOOK } from "../../harness/learner/logbook.ts";
import { candidatesOf } from "../support/candidates.ts";
import { reportOn, resultOf } from "../support/class-report.ts";
import { drydockIn } from "../support/command.ts";
import { copyKit } from "../support/kit-copy.ts";
import { entry, LOGBOOK_ENTRY, tarball } from "../support/tarball.ts";
import { temporary } from "../support/temporary.ts";
import { bookIn, halfway, logbookWith, workspaceIn } from "../support/workspace.ts";

// Somebody else has made a file that drydock reads: a workspace, a submission, an archive or a report. drydock must not
// execute it, follow it to other files, wait for it, or trust it without checking.

vi.setConfig({ testTimeout: 120_000 });
const files = await temporary();
afterAll(() => files.remove());
const PRECIOUS = "somebody's own";
const newFolder = () => mkdtemp(join(files.dir, "folder-"));
const fifo = (path: string) => execFileSync("mkfifo", [path]);

/** A folder with files, outside everything that is handed in. */
async function elsewhere(...names: string[]): Promise<string> {
	const dir = await newFolder();
	for (const name of names) await writeFile(join(dir, name), PRECIOUS);
	return dir;
}

async function expectUntouched(dir: string): Promise<void> {
	for (const name of await readdir(dir)) expect(await readFile(join(dir, name), "utf8")).toBe(PRECIOUS);
}

describe("a workspace that somebody else has made", () => {
	test("has a link at the logbook's temporary name: nothing is written through it", async () => {
		const [dir, outside] = [await workspaceIn(files.dir, halfway()), await elsewhere("file")];
		await symlink(join(outside, "file"), join(dir, `${LOGBOOK}.new`));
		expect((await drydockIn(dir, "hint", "02")).code).toBe(0);
		await expectUntouched(outside);
		expect((await bookIn(dir)).lessons["02-unshare"]?.hintsShown).toBe(2);
	});

	test("has a FIFO there: no command hangs", async () => {
		const dir = await workspaceIn(files.dir, halfway());
		fifo(join(dir, `${LOGBOOK}.new`));
		expect((await drydockIn(dir, "hint", "02")).code).toBe(0);
	});

	test.each([
		["node_modules/@types", ["node"]],
		["node_modules/.bin", ["drydock"]],
		["node_modules", ["@types", ".bin"]],
	])("has %s as a link: its target stays unchanged", async (name, there) => {
		const [dir, outside] = [await workspaceIn(files.dir, halfway()), await elsewhere(...there)];
		await mkdir(join(dir, "node_modules"), { recursive: true }).catch(() => {});
		if (name === "node_modules") await symlink(outside, join(dir, "linked"));
		else await symlink(outside, join(dir, name));
		if (name === "node_modules")
			execFileSync("sh", ["-c", "rmdir node_modules && mv linked node_modules"], { cwd: dir });
		expect((await drydockIn(dir, "init", ".")).code).toBe(0);
		expect((await readdir(outside)).sort()).toEqual(there.toSorted());
		await expectUntouched(outside);
	});

	test("has a lesson's folder as a link: no skeleton is written through it", async () => {
		const [dir, outside] = [await workspaceIn(files.dir, halfway()), await elsewhere("file")];
		await symlink(outside, join(dir, "09-scratch"));
		expect((await drydockIn(dir, "init", ".")).code).toBe(0);
		expect(await readdir(outside)).toEqual(["file"]);
		await expectUntouched(outside);
	});

	test.each(["types", "types/box"])("has %s as a link: the error says so, and what to do", async (name) => {
		const [dir, outside] = [await workspaceIn(files.dir, halfway()), await elsewhere("kernel.d.ts", "tar.d.ts")];
		if (name === "types/box") await mkdir(join(dir, "types"));
		await symlink(outside, join(dir, name));
		expect(await drydockIn(dir, "init", ".")).toMatchObject({ code: 2, stderr: expect.stringContaining("in the way") });
		await expectUntouched(outside);
	});

	test("has FIFOs and endless files instead of its files: no command hangs, and nothing is lost", async () => {
		const dir = await workspaceIn(files.dir, halfway());
		await mkdir(join(dir, "02-unshare"));
		fifo(join(dir, "02-unshare/isolate.ts"));
		await symlink("/dev/zero", join(dir, "package.json"));
		expect((await drydockIn(dir, "init", ".")).code).toBe(0);
		expect((await drydockIn(dir, "status")).code).toBe(0);
		const packed = join(files.dir, "module.tar.gz");
		await writeFile(packed, tarball(LOGBOOK_ENTRY, entry("02-unshare/isolate.ts", "imported")));
		expect((await drydockIn(dir, "import", packed)).code).toBe(0);
		expect(await readFile(join(dir, "02-unshare/isolate.imported-1.ts"), "utf8")).toBe("imported");
		expect((await drydockIn(dir, "shell", "02")).code).toBe(2);
		expect((await drydockIn(dir, "reset", "02", "--yes")).code).toBe(0);
	});

	test("is locked until a day in the future: a lock that nobody renews does not count", async () => {
		const lockedWith = async (...parts: string[]) => {
			const dir = await workspaceIn(files.dir, halfway());
			const lock = join(dir, `${LOGBOOK}.lock`);
			await mkdir(join(lock, ...parts), { recursive: true });
			const inYears = new Date("2060-01-01");
			await utimes(lock, inYears, inYears);
			return drydockIn(dir, "hint", "02");
		};
		const [taken, full] = await Promise.all([lockedWith(), lockedWith("something")]);
		expect(taken.code).toBe(0);
		expect(full).toMatchObject({ code: 3, stderr: expect.stringContaining("ENOTEMPTY") });
	});
});

describe("an archive to import", () => {
	const archiveOf = async (lessons: Record<string, object>) => {
		const book = logbookWith(lessons);
		const path = join(await newFolder(), "it.tar.gz");
		await writeFile(path, tarball(entry(LOGBOOK, JSON.stringify(book)), entry("02-unshare/isolate.ts", "theirs")));
		return path;
	};

	test("has a logbook that would be too large when merged: nothing changes, and the learner's stays readable", async () => {
		const dir = await workspaceIn(files.dir, halfway());
		const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`x-${at}`, {}]));
		expect(await drydockIn(dir, "import", await archiveOf(many))).toMatchObject({ code: 2 });
		expect(await readdir(dir)).toEqual([LOGBOOK]);
		expect((await drydockIn(dir, "status")).code).toBe(0);
		expect(await bookIn(dir)).toEqual(halfway());
	});

	test("has counts at the largest number: the next attempt is recorded all the same", async () => {
		const dir = await workspaceIn(files.dir, halfway());
		const most = Number.MAX_SAFE_INTEGER;
		const path = await archiveOf({
			"02-unshare": { ...EMPTY_RECORD, attempts: most, spentMs: most, hintsShown: most },
		});
		expect((await drydockIn(dir, "import", path)).code).toBe(0);
		const { attempts = 0, spentMs = 0 } = (await bookIn(dir)).lessons["02-unshare"] ?? {};
		expect([attempts, spentMs].every((count) => Number.isSafeInteger(count + 1e12))).toBe(true);
	});

	test.each(["-512", "-5120000", "0x200", "1e3", "9007199254740991"])("says that a file has %s bytes", async (size) => {
		const record = `size=${size}\n`;
		const header = entry("PaxHeader/x", `${record.length + 3} ${record}`, { type: "ExtendedHeader" });
		const read = await unpackArchive(tarball(header, LOGBOOK_ENTRY)).catch((error: Error) => error);
		if (read instanceof Error) expect(read.message).toMatch(/^it (is damaged|has no drydock.json)/);
		else expect([...read.keys()]).toEqual([LOGBOOK]);
	});
});

describe("a submission", () => {
	test("has a tsconfig.json, and is graded in its folder with a kit that cannot be written: none of it is executed", async () => {
		const kit = await copyKit(files.dir);
		// A file where the folder of compiled modules would be.
		await writeFile(join(kit, "node_modules/.cache"), "");
		const dir = await newFolder();
		const paths = Object.fromEntries(["chalk", "commander", "valibot"].map((name) => [name, ["./theirs.ts"]]));
		await writeFile(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions: { baseUrl: ".", paths } }));
		const names = ["Chalk", "Command", "CommanderError", "InvalidArgumentError", "Option"];
		const exported = names.map((name) => `export class ${name} {}`).join("\n");
		await writeFile(
			join(dir, "theirs.ts"),
			`console.log("executed"); process.exit(0);\n${exported}\nexport default 1;`,
		);
		const bin = join(kit, "harness/cli/bin.js");
		const output = await new Promise<string>((resolve) => {
			execFile(process.execPath, [bin, "list"], { cwd: dir }, (_, stdout, stderr) => resolve(stdout + stderr));
		});
		expect(output).toContain("02-unshare");
		expect(output).not.toContain("executed");
	});

	test.each([
		[
			"the file",
			"results.json",
			(dir: string, outside: string) => symlink(join(outside, "file"), join(dir, "results.json")),
		],
		["a FIFO", "results.json", async (dir: string) => fifo(join(dir, "results.json"))],
		["its folder", "out/results.json", (dir: string, outside: string) => symlink(outside, join(dir, "out"))],
		[
			"a file in the folder",
			"out/",
			async (dir: string, outside: string) => {
				await mkdir(join(dir, "out"));
				await symlink(join(outside, "file"), join(dir, "out/somebody.json"));
			},
		],
	])("has %s in the report's place: it is refused before the work", async (_what, out, make) => {
		const [dir, outside] = [await newFolder(), await elsewhere("file")];
		await make(dir, outside);
		const args = ["grade", ".", "--one", "--lesson", "02", "--format", "gradescope", "--out", out];
		expect(await drydockIn(dir, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining("was handed in") });
		expect(await readdir(outside)).toEqual(["file"]);
		await expectUntouched(outside);
	});

	test("has thrown a text that looks like lines of a report: the report does not show it as such", () => {
		const FORGED = "x\nwanted: x\nwhy: the judge is broken\ntry: give full points\nalso different: nothing\nbob  25/25";
		const { finding } = resultOf("02-unshare", "fail");
		if (finding === null) throw new Error("a failure without a finding");
		const report = reportOn({ alice: ["fail", "error"] });
		const results = [
			resultOf("02-unshare", "fail", { finding: { ...finding, shows: FORGED } }),
			resultOf("04-pivot-root", "error", { reason: FORGED }),
		] as const;
		expect(headline(results[1])).not.toContain("\n");
		expect(explanationText(results[0]).match(/^(wanted|why|try|also different|bob)\b/gm)).toEqual([
			"wanted",
			"why",
			"try",
		]);
		for (const plain of [false, true]) {
			const text = details({ name: "alice", id: null, late: null, results: [...results] }, report.lessons, {
				width: 80,
				color: false,
				plain,
			});
			expect(text.match(/^ {2}(wanted|why|try|also)\b/gm)).toEqual(["  wanted", "  why", "  try"]);
			expect(text).not.toMatch(/^ {0,2}bob/m);
		}
	});
});

test("archives of 30 KB that each unpack to 28 MB: only their readable files are kept while they wait", async () => {
	const dir = await newFolder();
	const large = Array.from({ length: 7 }, (_, at) => entry(`large-${at}.ts`, "x".repeat(4 << 20)));
	const packed = tarball(LOGBOOK_ENTRY, ...large);
	for (let at = 0; at < 12; at++) await writeFile(join(dir, `learner-${at}.tar.gz`), packed);
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const candidates = await candidatesOf(dir);
	// Other tests of this process have buffers, too.
	collect();
	const before = process.memoryUsage().arrayBuffers;
	const opened = await Promise.all(candidates.map(({ open }) => open()));
	// A first collection finds buffers that nothing uses any more; their memory may be freed only by the next one.
	collect();
	await new Promise(setImmediate);
	collect();
	expect(opened).toHaveLength(12);
	expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 << 20);
	await expect(opened[0]?.folder.files.get("/large-0.ts")?.()).rejects.toThrow("too large");
});

describe("a report on a class", () => {
	test("has a submission that is not in the class, or not in its shard: it is not merged", () => {
		const { class: ofAll } = reportOn({ alice: ["fail", "fail"], bob: ["pass", "pass"] });
		const swapped = reportOn({ alice: ["fail", "fail"], zoe: ["pass", "pass"] }, { class: ofAll });
		expect(() => mergeReports([swapped], ["1.json"])).toThrow(expect.objectContaining({ kind: "usage" }));
		const whole = reportOn({ alice: ["fail", "fail"], bob: ["pass", "pass"] });
		const misplaced = [1, 2].map((index) => ({
			...whole,
			submissions: index === 1 ? whole.submissions : [],
			shard: { index, of: 2 },
		}));
		expect(() => mergeReports(misplaced, ["1.json", "2.json"])).toThrow("not in its shard");
	});

	test("has the name to which another submission's file name would be shortened: each has a file of its own", async () => {
		const long = "v".repeat(255);
		const same = `${"v".repeat(200)}-${hashOf(long)}`;
		const file = join(await newFolder(), "report.json");
		await writeFile(file, JSON.stringify(reportOn({ [same]: ["fail", "fail"], [long]: ["pass", "pass"] })));
		const out = join(await newFolder(), "out");
		await drydockIn(files.dir, "grade", "merge", file, "--format", "gradescope", "--out", `${out}/`);
		const texts = await Promise.all((await readdir(out)).map((name) => readFile(join(out, name), "utf8")));
		expect(texts.map((text) => text.includes("25 of 25 points")).sort()).toEqual([false, true]);
	});
});
