import { cpus } from "node:os";
import { expect, test } from "vitest";
import { sideBySide } from "../../harness/side-by-side.ts";

test("as many at a time as there are processors, and the results in the items' order", async () => {
	let [running, most] = [0, 0];
	const items = Array.from({ length: cpus().length * 2 + 1 }, (_, index) => index);
	const results = sideBySide(items, async (item) => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setTimeout(resolve, 5 * (items.length - item)));
		running -= 1;
		return item;
	});
	expect(await Promise.all(results)).toEqual(items);
	expect(most).toBe(cpus().length);
});

test("one that fails takes nothing from the others", async () => {
	const results = sideBySide([1, 2, 3], async (item) => {
		if (item < 3) throw new Error(`no ${item}`);
		return item;
	});
	expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual([
		"rejected",
		"rejected",
		"fulfilled",
	]);
});
