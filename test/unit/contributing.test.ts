import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";

/** A path of the kit in backticks. In it, `NN-slug` and `NAME` stand for any name. */
const PATH = /`((?:harness|lessons|native|solutions|test)\/[\w./-]*)`/g;

test("every file and folder that CONTRIBUTING.md names exists", async () => {
	const text = await readFile(inKit("CONTRIBUTING.md"), "utf8");
	const named = [...new Set([...text.matchAll(PATH)].map(([, path = ""]) => path))];
	const trees = [...new Set(named.map((path) => path.split("/")[0] ?? ""))];
	const lists = trees.map(async (tree) =>
		(await readdir(inKit(tree), { recursive: true })).map((name) => `${tree}/${name}`),
	);
	const there = [...trees, ...(await Promise.all(lists)).flat()];
	expect(named.length).toBeGreaterThan(50);
	expect(named.filter((path) => !there.some((one) => patternOf(path).test(one)))).toEqual([]);
});

function patternOf(path: string): RegExp {
	const pattern = path.replace(/\/$/, "").replaceAll(".", "\\.").replaceAll("NN", "\\d\\d");
	return new RegExp(`^${pattern.replaceAll("-slug", "-[^/]+").replaceAll("NAME", "[^/]+")}$`);
}
