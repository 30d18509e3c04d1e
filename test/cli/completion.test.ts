import { afterAll, describe, expect, test } from "vitest";
import { lessons } from "../../harness/judge/lessons.ts";
import { atTerminal, drydock } from "../support/command.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const ids = (await lessons()).map(({ id }) => id);

/** The completions of the last word. */
async function offered(...words: string[]): Promise<string[]> {
	const { stdout } = await drydock(["complete", "--", ...words]);
	return stdout
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith(":"))
		.map((line) => line.split("\t")[0] ?? "");
}

describe("drydock complete", { timeout: 30_000 }, () => {
	test("offers commands", async () => {
		expect(await offered("do")).toEqual(["doctor"]);
		expect(await offered("")).toEqual(expect.arrayContaining(["check", "read", "man", "completion"]));
		expect(await offered("image", "")).toEqual(expect.arrayContaining(["build", "info", "export", "import"]));
	});

	test("offers the lessons to every command that takes one", async () => {
		expect(await offered("check", "0")).toEqual(ids.filter((id) => id.startsWith("0")));
		expect(await offered("read", "")).toEqual(ids);
		expect(await offered("dev", "check", "04")).toEqual(ids.filter((id) => id.startsWith("04")));
	});

	test("offers a command's options", async () => {
		expect(await offered("check", "--s")).toEqual(["--solution", "--skeleton"]);
		expect(await offered("grade", "--")).toEqual(
			expect.arrayContaining(["--format", "--shard", "--resume", "--exit-zero"]),
		);
		expect(await offered("doctor", "--")).toEqual(expect.arrayContaining(["--json", "--probe"]));
	});
});

describe("drydock completion", { timeout: 30_000 }, () => {
	test.each(["bash", "zsh", "fish"])("prints a script that makes drydock a command of %s", async (shell) => {
		const { code, stdout } = await drydock(["completion", shell]);
		expect(code).toBe(0);
		expect(stdout).toContain("harness/cli/bin.js'");
		expect(stdout).toContain("complete --");
	});

	test("another shell is wrong usage", async () => {
		expect(await drydock(["completion", "tcsh"])).toMatchObject({ code: 2, stdout: "" });
	});

	test("in bash, Tab completes a command, a lesson and an option", async () => {
		const { stdout: script } = await drydock(["completion", "bash"]);
		const rc = await files.write("bashrc", `${script}\nPS1="ready> "\nbind "set enable-bracketed-paste off"\n`);
		const screen = await atTerminal("bash", ["--noprofile", "--rcfile", rc, "-i"], {}, [
			{ after: "ready> ", keys: "drydock che\t04\t--so\t" },
			{ after: "drydock check 04-pivot-root --solution ", keys: "\u0015exit\n" },
		]);
		expect(screen).toContain("drydock check 04-pivot-root --solution ");
	});
});
