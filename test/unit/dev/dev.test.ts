import { describe, expect, test } from "vitest";
import { proveDemo } from "../../../harness/dev/demo-proof.ts";
import { pagesIn } from "../../../harness/dev/manual-pages.ts";
import { linksIn, proseOf, proveForm, proveHints, proveTodos } from "../../../harness/dev/text-proofs.ts";

const README = `# 02 · A name: unshare

**Goal:** a name.

## Break it

## Words

## Do

1. \`TODO(02.1)\` Ask.
2. \`TODO(02.2)\` Set.

## Check

## Explore

### More

## Read
`;

const IN_HALVES = `# 09 · A name: unshare

**Goal:** a name.

## First half: one

### Break it

### Words

### Do

1. \`TODO(09.1)\` Ask.

### Check

## Second half: three

### Break it

### Words

### Do

2. \`TODO(09.2)\` Set.

### Check

\`TODO(09.2)\` is done.

## Explore

## Read
`;

describe("proveForm", () => {
	test("a lesson with all its parts has the form", () => {
		expect(proveForm(README, "02-unshare")).toMatchObject({ holds: true });
	});

	test.each([
		["another lesson's number", README, "03-chroot", "03 · Title: primitive"],
		["no goal", README.replace("**Goal:** ", ""), "02-unshare", "**Goal:**"],
		[
			"two parts exchanged",
			README.replace("Words", "Do").replace("Do\n\n1", "Words\n\n1"),
			"02-unshare",
			"in this order",
		],
		["a part missing", README.replace("## Explore", ""), "02-unshare", "in this order"],
		["a part too many", README.replace("### More", "## More"), "02-unshare", "More"],
		["nothing in it", "", "02-unshare", "none"],
	])("%s is reported", (_what, readme, id, fix) => {
		expect(proveForm(readme, id)).toMatchObject({ holds: false, fix: expect.stringContaining(fix) });
	});

	test("a lesson in two halves has the steps in each half", () => {
		expect(proveForm(IN_HALVES, "09-scratch")).toMatchObject({ holds: true });
		expect(proveForm(IN_HALVES.replace("### Check", ""), "09-scratch")).toMatchObject({
			holds: false,
			fix: expect.stringContaining("Second half"),
		});
		expect(proveForm(IN_HALVES.replace("half: three", "half"), "09-scratch")).toMatchObject({ holds: false });
	});

	test("a line in a code block is no heading, even if it looks like one", () => {
		const block = "```console\n# whoami\n## Do\n```";
		expect(proveForm(README.replace("### More", block), "02-unshare")).toMatchObject({ holds: true });
	});
});

describe("proveTodos", () => {
	const holds = (skeleton: string) => proveTodos(README, skeleton, "02-unshare").map((proof) => proof.holds);

	test("the same numbers in text and skeleton", () => {
		expect(holds("// TODO(02.1) ask\n// TODO(02.2) set")).toEqual([true, true, true]);
	});

	test("the same numbers in both halves of a text, and in the skeleton", () => {
		const proofs = proveTodos(IN_HALVES, "// TODO(09.1) ask\n// TODO(09.2) set", "09-scratch");
		expect(proofs.map((proof) => proof.holds)).toEqual([true, true, true]);
	});

	test.each([
		["a missing TODO", "// TODO(02.1)", [true, true, false]],
		["another order of TODOs", "// TODO(02.2)\n// TODO(02.1)", [true, false, false]],
		["the same TODO twice", "// TODO(02.1)\n// TODO(02.1)\n// TODO(02.2)", [true, false, false]],
		["a TODO of another lesson", "// TODO(04.1)\n// TODO(04.2)", [true, false, false]],
		["a skeleton without TODOs", "", [true, false, false]],
	])("%s is reported", (_what, skeleton, expected) => {
		expect(holds(skeleton)).toEqual(expected);
	});
});

test.each([
	["three hints", "## 1\n\na\n\n## 2\n\nb\n\n## 3\n\nc\n", true],
	["two hints", "## 1\n\na\n\n## 2\n\nb\n", false],
	["an empty hint", "## 1\n\na\n\n## 2\n\n## 3\n\nc\n", false],
])("proveHints: %s", (_what, hints, holds) => {
	expect(proveHints(hints).holds).toBe(holds);
});

test.each([
	["steps and promises", [{}], true],
	["no steps", [], false],
	["nothing promised", [{ promises: [] }], false],
	["a promise that is no pattern", [{ promises: ["uts:["] }], false],
	["an empty narration", [{ narration: " " }], false],
])("proveDemo: %s", (_what, steps, holds) => {
	const step = { narration: "a", stage: "host" as const, command: "true", look: "b", promises: ["^uts"] };
	const demo = { title: "t", minutes: 3, steps: steps.map((change) => ({ ...step, ...change })) };
	expect(proveDemo(demo).holds).toBe(holds);
});

test("linksIn separates files from headings, and names missing headings", () => {
	const text =
		"# Break it: `now`\n\n[a](../x.md#y) [b](#break-it-now) [c](#nowhere) [d](https://example.org) ![e](p.png)";
	expect(linksIn(text)).toEqual({
		files: ["../x.md", "p.png"],
		anchors: ["#break-it-now", "#nowhere"],
		missing: ["#nowhere"],
	});
});

describe("manual pages", () => {
	test("are found in prose, with their section", () => {
		expect(
			pagesIn("`ip-link(8)`, pivot_root(2), PR_SET_PDEATHSIG(2const); not unshare(0), x.slice(2x) or (7)"),
		).toEqual(["ip-link(8)", "pivot_root(2)", "PR_SET_PDEATHSIG(2const)"]);
	});

	test("are not looked for in code blocks", () => {
		expect(pagesIn(proseOf("See fork(2).\n\n```ts\nexit(1);\n```\n"))).toEqual(["fork(2)"]);
	});
});
