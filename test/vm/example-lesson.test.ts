import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addExampleLesson } from "../support/example-lesson.ts";
import { copyKit } from "../support/kit-copy.ts";
import { temporary } from "../support/temporary.ts";

// A new lesson needs only its own folders and one line in the engine's list: no file of the harness names a lesson.
const TIMEOUT_MS = 600_000;
const files = await temporary();
const kit = await copyKit(files.dir);
beforeAll(() => addExampleLesson(kit));
afterAll(() => files.remove());

/** Runs drydock in the kit's copy. */
function drydock(...args: string[]): Promise<{ code: number; output: string }> {
	return new Promise((resolve) => {
		const child = execFile(process.execPath, ["harness/cli/bin.js", ...args], { cwd: kit }, (_, stdout, stderr) =>
			resolve({ code: child.exitCode ?? -1, output: `${stdout}${stderr}` }),
		);
	});
}

const submission = (path: string) => join(kit, "test/submissions/99-example", path);

test("its solution and another right submission pass", { timeout: TIMEOUT_MS }, async () => {
	expect(await drydock("check", "99", "--solution")).toMatchObject({ code: 0 });
	expect(await drydock("check", "99", "--file", submission("right/twice.ts"))).toMatchObject({ code: 0 });
});

test("its skeleton and a wrong submission fail with its own diagnosis", { timeout: TIMEOUT_MS }, async () => {
	for (const args of [["--skeleton"], ["--file", submission("wrong/another.ts")]]) {
		const { code, output } = await drydock("check", "99", ...args, "--json");
		expect({ code, diagnosis: JSON.parse(output).findings?.[0]?.diagnosis }).toEqual({
			code: 1,
			diagnosis: "not-there",
		});
	}
});

test("`dev check` and `demo rehearse` succeed, and `run` has the option of its part", {
	timeout: TIMEOUT_MS,
}, async () => {
	expect(await drydock("dev", "check", "99")).toMatchObject({ code: 0 });
	expect(await drydock("demo", "rehearse", "99")).toMatchObject({ code: 0 });
	expect((await drydock("run", "--help")).output).toContain("--workdir <dir>");
});

test("`grade` judges it", { timeout: TIMEOUT_MS }, async () => {
	await cp(submission("right/twice.ts"), join(kit, "class/alice/99-example/begin-in.ts"), { recursive: true });
	await cp(submission("wrong/another.ts"), join(kit, "class/bob/99-example/begin-in.ts"), { recursive: true });
	const { output } = await drydock("grade", "class", "--lesson", "99", "--format", "json", "--exit-zero");
	expect(output).toMatch(/"status": ?"pass"/);
	expect(output).toMatch(/"status": ?"fail"/);
});

test("`list` shows it", async () => {
	expect((await drydock("list")).output).toContain("Where it begins: chdir");
});
