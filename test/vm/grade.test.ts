import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { inKit } from "../../harness/base/kit.ts";
import { ClassReport, type Result } from "../../harness/classroom/results/result.ts";
import { packWorkspace } from "../../harness/learner/archive.ts";
import { BIN, drydock } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";
import { logbookWith } from "../support/workspace.ts";

// A small class: right, wrong, broken, hostile and missing submissions, with the expected results. Heidi hands in an
// archive that `drydock export` has written.
const CLASS: Record<string, { path: string; from: string | null; status: Result["status"]; diagnosis?: string }> = {
	alice: { path: "workspace/02-unshare/isolate.ts", from: "solutions/02-unshare/isolate.ts", status: "pass" },
	bob: { path: "02-unshare/isolate.ts", from: "02-unshare/wrong/no-ipc", status: "fail", diagnosis: "ipc-shared" },
	carol: { path: "isolate.ts", from: null, status: "fail", diagnosis: "syntax-error" },
	dave: { path: "src/isolate.ts", from: "../hostile/endings/loops", status: "fail", diagnosis: "never-ends" },
	erin: { path: "notes.txt", from: "02-unshare/wrong/no-ipc", status: "missing" },
	frank: { path: "hand-in/isolate.ts", from: "02-unshare/wrong/no-ipc", status: "fail", diagnosis: "ipc-shared" },
	grace: {
		path: "02-unshare/isolate.ts",
		from: "../hostile/endings/powers-off",
		status: "fail",
		diagnosis: "guest-shutdown",
	},
	heidi: { path: "02-unshare/isolate.ts", from: "02-unshare/right/noise", status: "pass" },
};

const files = await temporary();
const dir = join(files.dir, "class");
const machines = newMachinePool();
beforeAll(async () => {
	for (const [name, { path, from }] of Object.entries(CLASS)) {
		const source = from?.startsWith("solutions") ? inKit(from) : inKit("test/submissions", `${from}.ts`);
		await files.write(
			join("class", name, path),
			from === null ? "export const = 1;\n" : await readFile(source, "utf8"),
		);
	}
	await files.write("class/heidi/drydock.json", JSON.stringify(logbookWith({})));
	await writeFile(join(dir, "heidi.tar.gz"), (await packWorkspace(join(dir, "heidi"))).archive);
	await rm(join(dir, "heidi"), { recursive: true });
	await machines.makeReady();
});
afterAll(() => Promise.all([machines.close(), files.remove()]));

const reportIn = (text: string) => v.parse(ClassReport, JSON.parse(text));
const resultsOf = ({ submissions }: ClassReport) =>
	Object.fromEntries(submissions.map(({ name, results }) => [name, results[0]]));
const grade = (...args: string[]) => drydock(["grade", dir, "--lesson", "02", ...args]);

describe("a class", () => {
	test("each submission gets its own result; identical files are judged once", async () => {
		const { code, stdout, stderr } = await grade("--json");
		const results = resultsOf(reportIn(stdout));
		const summary = Object.entries(results).map(([name, result]) => [name, result?.status, result?.finding?.diagnosis]);
		expect(summary).toEqual(Object.entries(CLASS).map(([name, { status, diagnosis }]) => [name, status, diagnosis]));
		expect(code).toBe(1);
		// Either of the two may be graded first. The row of the later one, by name, says so.
		expect([results["bob"]?.sameAs, results["frank"]?.sameAs]).toEqual([null, "bob"]);
		expect(Object.entries(results).map(([name, result]) => [name, result?.points])).toEqual([
			...[
				["alice", 10],
				["bob", 6],
				["carol", 0],
				["dave", 0],
				["erin", 0],
				["frank", 6],
				["grace", 0],
				["heidi", 10],
			],
		]);
		expect(results["bob"]?.drawn).toEqual(results["frank"]?.drawn);
		expect(results["erin"]?.reason).toContain("02-unshare/isolate.ts");
		expect(results["carol"]).toMatchObject({ file: "isolate.ts", line: 1 });
		expect(stderr).toContain("8 of 8, 2 passed");
		expect(stderr).not.toContain("\u001b");
	});

	test("--resume takes the results from the journal, for any format, without a machine", async () => {
		const { code, stdout } = await grade("--resume", "--format", "tap", "--exit-zero");
		expect(stdout).toContain("1..8\nok 1 - alice: 02-unshare\n");
		expect(code).toBe(0);
		const out = join(files.dir, "results");
		expect(await grade("--resume", "--format", "gradescope", "--out", out)).toMatchObject({ code: 0, stdout: "" });
		expect(await readdir(out)).toEqual(Object.keys(CLASS).map((name) => `${name}.json`));
		expect(JSON.parse(await readFile(join(out, "alice.json"), "utf8")).tests[0]).toMatchObject({
			score: 10,
			max_score: 10,
		});
	});

	test("for people: a table in eighty columns, and a page for each submission", async () => {
		const out = join(files.dir, "pages/");
		const { stdout } = await grade("--resume", "--out", out);
		for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
		expect(stdout).toMatch(/^bob +✗ +6\/10 +the command's IPC namespace: ipc-shared$/m);
		expect(stdout).toMatch(/^frank +✗ +6\/10 +same as bob; /m);
		expect(stdout).toContain("2 of 8 passed; 2× ipc-shared");
		expect(await readFile(join(out, "bob.txt"), "utf8")).toMatch(/why +\/proc\/PID\/ns\/ipc is the same link/);
	});

	test("a gradebook, and feedback for each submission; --scoring all-or-nothing gives no parts", async () => {
		const gradebook = parseCsv((await grade("--resume", "--format", "csv", "--scoring", "all-or-nothing")).stdout, {
			columns: true,
		}) as Record<string, string>[];
		expect(gradebook.map(({ submission, points, status }) => [submission, points, status])).toEqual(
			Object.entries(CLASS).map(([name, { status }]) => [name, status === "pass" ? "10" : "0", status]),
		);
		expect(gradebook[5]).toMatchObject({ submission: "frank", "identical to": "bob" });
		const out = join(files.dir, "feedback");
		await grade("--resume", "--format", "html", "--out", out);
		expect(await readdir(out)).toEqual(Object.keys(CLASS).map((name) => `${name}.html`));
		expect(await readFile(join(out, "frank.html"), "utf8")).toContain("6 of 10 points");
		expect(await readFile(join(out, "frank.html"), "utf8")).not.toContain("bob");
	});

	test("two shards, merged, give the results of the whole class", async () => {
		const parts = [1, 2].map((index) => join(files.dir, `${index}.json`));
		for (const [at, part] of parts.entries())
			await grade("--shard", `${at + 1}/2`, "--format", "json", "--out", part, "--exit-zero");
		const { code, stdout } = await drydock(["grade", "merge", ...parts, "--json"]);
		const results = resultsOf(reportIn(stdout));
		expect(Object.entries(results).map(([name, result]) => [name, result?.status])).toEqual(
			Object.entries(CLASS).map(([name, { status }]) => [name, status]),
		);
		expect(code).toBe(1);
		expect(await drydock(["grade", "merge", parts[0] ?? ""])).toMatchObject({ code: 2, stdout: "" });
	});
});

test("a module under nearly the right name is judged as if it had the right one", async () => {
	const module = await readFile(inKit("solutions/02-unshare/isolate.ts"), "utf8");
	const names = ["isolate.ts", "Isolate.TS", "isolate.ts.txt", "isolate_final.mts", "02-unshare-isolate.ts"];
	for (const [at, name] of names.entries()) await files.write(`near/${at}/${name}`, module);
	const { stdout } = await drydock(["grade", join(files.dir, "near"), "--lesson", "02", "--json"]);
	const results = Object.values(resultsOf(reportIn(stdout)));
	expect(results.map((result) => [result?.file, result?.status, result?.sameAs])).toEqual(
		names.map((name, at) => [name, "pass", at === 0 ? null : "0"]),
	);
});

test("a folder with one submission is recognised, and written in the classroom format", async () => {
	const { code, stdout } = await drydock(["grade", join(dir, "alice"), "--lesson", "02,04", "--format", "classroom"]);
	const document = JSON.parse(Buffer.from(stdout.replace(/^result=/, ""), "base64").toString());
	expect(document).toMatchObject({ status: "fail", tests: [{ status: "pass" }, { status: "fail" }] });
	expect(document.tests[1].message).toContain("not handed in");
	expect(code).toBe(1);
});

test.each([
	["Ctrl-C", "SIGINT"],
	["a kill", "SIGKILL"],
] as const)("interrupted by %s, it leaves nothing behind, and --resume continues", async (_by, signal) => {
	const temporaryDir = await mkdtemp(join(files.dir, "tmp-"));
	const own = join(files.dir, `copy-${signal}`);
	// Dave's module hangs, so it is still running when the other two are done.
	for (const name of ["alice", "bob", "dave"]) {
		await mkdir(join(own, name, "02-unshare"), { recursive: true });
		const { path } = CLASS[name] ?? { path: "" };
		await files.write(
			join(`copy-${signal}`, name, "02-unshare/isolate.ts"),
			await readFile(join(dir, name, path), "utf8"),
		);
	}
	const env = { ...process.env, TMPDIR: temporaryDir };
	const child = spawn(process.execPath, [BIN, "grade", own, "--lesson", "02", "--lanes", "3"], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let stderr = "";
	child.stderr.on("data", (text) => {
		stderr += text;
		// Sends one signal only: a second Ctrl-C would end the grading at once.
		if (stderr.includes("2 of 3") && !child.killed) child.kill(signal);
	});
	const [code] = await once(child, "close");
	if (signal === "SIGINT") {
		expect(code).toBe(130);
		expect(stderr).toContain(
			`2 results are kept. To continue:\n  npx drydock grade ${own} --lesson 02 --lanes 3 --resume\n`,
		);
	}
	// tsx, which runs TypeScript, keeps a folder of its own there.
	expect((await readdir(temporaryDir)).filter((name) => !name.startsWith("tsx-"))).toEqual([]);
	await expect.poll(() => machinesOf(child.pid ?? -1), { timeout: 20_000 }).toEqual([]);
	const resumed = await drydock(["grade", own, "--lesson", "02", "--resume", "--json"]);
	expect(resumed.stderr).toContain("2 results of the earlier run are kept");
	const results = resultsOf(reportIn(resumed.stdout));
	expect(Object.values(results).map((result) => result?.status)).toEqual(["pass", "fail", "fail"]);
	await rm(own, { recursive: true });
});

test("without QEMU, every result is unsupported, and no score is zero", async () => {
	const { code, stdout, stderr } = await drydock(
		["grade", join(dir, "alice"), "--lesson", "02", "--format", "prairielearn"],
		{ env: { PATH: "/nowhere", DRYDOCK_CACHE: cacheDir } },
	);
	expect(JSON.parse(stdout)).toMatchObject({ gradable: false });
	expect(JSON.parse(stdout)).not.toHaveProperty("score");
	expect(stderr).toContain("QEMU is not installed");
	expect(code).toBe(0);
});

// Machines that use this cache, and whose parent is this process or has ended.
async function machinesOf(parent: number): Promise<string[]> {
	const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	const found = pids.map(async (pid) => {
		const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
		const [, name = "", rest = ""] = /^\d+ \((.*)\) \S (.*)$/s.exec(status) ?? [];
		const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
		const above = Number(rest.split(" ")[0]);
		return name.startsWith("qemu") && command.includes(cacheDir) && (above === parent || above === 1) ? [pid] : [];
	});
	return (await Promise.all(found)).flat();
}
