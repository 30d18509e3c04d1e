import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { inKit, kitDir } from "../../harness/base/kit.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const LONG = `${Array.from({ length: 36 }, (_, index) => `w${index}`).join(" ")}.`;

test("a text with a fault fails test/prose.ts", async () => {
	const text = await files.write("README.md", `a\n\n${LONG}\n`);
	const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", "test/prose.ts", text], { cwd: kitDir });
	expect(String(stderr)).toBe(`${text}:3: 36 words in one sentence, 35 at most: ${LONG.slice(0, 60)} …\n`);
	expect(status).toBe(1);
});

test("cspell finds a misspelt word and a forbidden one, in the names of code as well", () => {
	const cspell = inKit("node_modules/cspell/bin.mjs");
	const { status, stdout } = spawnSync(
		process.execPath,
		[cspell, "--no-progress", "--no-summary", "stdin://harness/a.ts"],
		{ cwd: kitDir, input: "// to recieve\nconst shipyardName = 1;\nconst lowerdir = 2;\n" },
	);
	expect(String(stdout).trim().split("\n")).toEqual([
		expect.stringContaining("harness/a.ts:1:7 - Unknown word (recieve)"),
		expect.stringContaining("harness/a.ts:2:7 - Forbidden word (shipyard)"),
	]);
	expect(status).toBe(1);
});
