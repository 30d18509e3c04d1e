import { describe, expect, test } from "vitest";
import { inKit, readText } from "../../harness/base/kit.ts";
import { faultsOf } from "../support/prose.ts";

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

test("test/words.txt is sorted, and has each word once", async () => {
	const list = (await readText(inKit("test/words.txt"))).trimEnd().split("\n");
	expect(list).toEqual([...new Set(list)].sort());
});
