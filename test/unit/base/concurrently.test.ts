import { cpus } from "node:os";
import { expect, test } from "vitest";
import { ConcurrencyLimit, concurrently } from "../../../harness/base/concurrently.ts";

test("as many items at a time as there are processors, and the results in the items' order", async () => {
	let [running, most] = [0, 0];
	const items = Array.from({ length: cpus().length * 2 + 1 }, (_, index) => index);
	const results = concurrently(items, async (item) => {
		most = Math.max(most, ++running);
		await new Promise((resolve) => setTimeout(resolve, 5 * (items.length - item)));
		running -= 1;
		return item;
	});
	expect(await Promise.all(results)).toEqual(items);
	expect(most).toBe(cpus().length);
});

test("an item that fails does not stop the others", async () => {
	const results = concurrently([1, 2, 3], async (item) => {
		if (item < 3) throw new Error(`no ${item}`);
		return item;
	});
	expect((await Promise.allSettled(results)).map(({ status }) => status)).toEqual([
		"rejected",
		"rejected",
		"fulfilled",
	]);
});

test("extra work starts beyond the limit, and no work takes its place when the next piece ends", async () => {
	const limit = new ConcurrencyLimit(1);
	const begun: string[] = [];
	const end = new Map<string, () => void>();
	const work = ["hangs", "one", "two", "three"].map((name) =>
		limit.run(() => {
			begun.push(name);
			return new Promise<void>((resolve) => end.set(name, resolve));
		}),
	);
	const settled = () => new Promise((resolve) => setImmediate(resolve));
	const ends = async (name: string) => {
		end.get(name)?.();
		await settled();
	};
	await settled();
	expect(begun).toEqual(["hangs"]);
	limit.startExtra(1);
	limit.startExtra(1);
	await settled();
	expect(begun).toEqual(["hangs", "one"]);
	await ends("one");
	expect(begun).toEqual(["hangs", "one"]);
	limit.startExtra(1);
	await settled();
	await ends("hangs");
	expect(begun).toEqual(["hangs", "one", "two"]);
	await ends("two");
	expect(begun).toEqual(["hangs", "one", "two", "three"]);
	await ends("three");
	await Promise.all(work);
	// Nothing waits, so this starts nothing.
	limit.startExtra(1);
	await limit.run(async () => {});
});
