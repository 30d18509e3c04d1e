import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, test } from "vitest";
import { inKit, kitDir, readText } from "../../harness/base/kit.ts";
import { faultsOf } from "../support/prose.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`).join(" ");
const LONG = `${words(36)}.`;

describe("faultsOf finds", () => {
	test.each([
		["a sentence of 36 words", LONG, [1]],
		["none in a sentence of 35 words", `${words(35)}.`, []],
		["none in two sentences of 20 words", `${words(20)}. ${words(20)}.`, []],
		["none in code, which counts as one word", `\`${words(40)}\` ${words(34)}.`, []],
		["none in a heading or a block of code", `# ${LONG}\n\n\`\`\`text\n${LONG}\n\`\`\`\n\n    ${LONG}\n`, []],
		["the second sentence of a list's item", `# a\n\n- b\n- c. d\n  e. ${LONG}\n`, [5]],
		["a long note in a table", `| a |\n| --- |\n| b |\n| c; ${LONG} |\n`, [4]],
		["none in the short notes of a table", `| a |\n| --- |\n| ${words(20)}; ${words(20)} |\n`, []],
		["a synonym of several words", "It is written into the\ntop layer.", [1]],
		["Who for whoever", "**a.** Who writes 0 to `cgroup.procs`, joins.", [1]],
		["none in a question", "Who writes 0 to `cgroup.procs`?", []],
	])("%s", (_what, text, lines) => {
		expect(faultsOf(text).map(({ line }) => line)).toEqual(lines);
	});
});

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

test("test/words.txt is sorted, and has each word once", async () => {
	const list = (await readText(inKit("test/words.txt"))).trimEnd().split("\n");
	expect(list).toEqual([...new Set(list)].sort());
});
