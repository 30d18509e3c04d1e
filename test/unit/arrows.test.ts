import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { forbidden, importsOf } from "../support/arrows.ts";

const TREES = ["native", "solutions", "lessons", "harness"];

async function sources(): Promise<string[]> {
	const names = await Promise.all(
		TREES.map(async (tree) =>
			(await readdir(inKit(tree), { recursive: true }))
				.filter((name) => name.endsWith(".ts"))
				.map((name) => `${tree}/${name}`),
		),
	);
	return names.flat().sort();
}

test("no file imports what it may not", async () => {
	const files = await sources();
	const imports = await Promise.all(files.map(async (file) => importsOf(file, await readFile(inKit(file), "utf8"))));
	expect(files).toContain("harness/guest/agent.ts");
	expect(
		imports
			.flat()
			.filter(forbidden)
			.map(({ from, to }) => `${from} → ${to}`),
	).toEqual([]);
});

test.each([
	["native/mounts.ts", "harness/protocol/index.ts"],
	["native/mounts.ts", "npm:valibot"],
	["solutions/04-pivot-root/enter-root.ts", "native/library.ts"],
	["solutions/02-unshare/isolate.ts", "solutions/04-pivot-root/enter-root.ts"],
	["solutions/02-unshare/isolate.ts", "lessons/02-unshare/isolate.ts"],
	["lessons/02-unshare/isolate.ts", "solutions/02-unshare/isolate.ts"],
	["lessons/09-scratch/image.ts", "solutions/parts.ts"],
	["solutions/given/tar.ts", "solutions/box.ts"],
	["lessons/02-unshare/check.ts", "harness/judge/facts.ts"],
	["lessons/02-unshare/demo.ts", "harness/vm/shipyard.ts"],
	["lessons/02-unshare/check.ts", "lessons/02-unshare/driver.ts"],
	["lessons/09-scratch/driver.ts", "harness/judge/index.ts"],
	["harness/guest/play.ts", "harness/vm/qemu.ts"],
	["harness/guest/play.ts", "npm:valibot"],
	["harness/guest/play.ts", "harness/protocol/frames.ts"],
	["harness/protocol/index.ts", "harness/base/failure.ts"],
	["harness/protocol/run.ts", "harness/base/failure.ts"],
	["harness/judge/judge.ts", "harness/protocol/observation.ts"],
	["harness/vm/machine.ts", "native/kernel.ts"],
	["harness/vm/machine.ts", "npm:ffi-rs"],
	["harness/judge/judge.ts", "lessons/02-unshare/check.ts"],
	["harness/judge/judge.ts", "solutions/box.ts"],
	["harness/cli/learn/check.ts", "harness/readings/guest/mountinfo.ts"],
	["harness/readings/network.ts", "harness/readings/guest/network.ts"],
	["harness/classroom/grader.ts", "solutions/box.ts"],
	["harness/live/page/main.ts", "harness/live/demo.ts"],
	["harness/live/page/main.ts", "node:fs"],
	["harness/live/views/limits.ts", "harness/live/page/elements.ts"],
])("%s may not import %s", (from, to) => {
	expect(forbidden({ from, to })).toBe(true);
});

test("a solution may import an earlier one", () => {
	const from = "solutions/04-pivot-root/enter-root.ts";
	expect(forbidden({ from, to: "solutions/02-unshare/isolate.ts" })).toBe(false);
});

test("every form of import is seen", () => {
	const text = [
		'import "./effect.ts";',
		'import type { A } from "./type.ts";',
		'import {\n\tb,\n} from "#kernel";',
		'export * from "../protocol/index.ts";',
		'const c = await import("../../native/kernel.ts");',
		"import d from 'valibot';",
		'import { tarEntry } from "#box/tar";',
		'import { e } from "node:fs";',
	].join("\n");
	const seen = importsOf("harness/guest/a.ts", text).map(({ to }) => to);
	expect(seen.sort()).toEqual([
		"harness/guest/effect.ts",
		"harness/guest/type.ts",
		"harness/protocol/index.ts",
		"native/kernel.ts",
		"native/kernel.ts",
		"node:fs",
		"npm:valibot",
		"solutions/given/tar.ts",
	]);
});
