import { transform } from "esbuild";
import { expect, test } from "vitest";
import { withNumberedNames } from "../../support/canonical.ts";

const numbered = async (source: string) =>
	withNumberedNames((await transform(source, { minify: true, format: "esm", loader: "ts" })).code);

const MODULE = `
	export function sum(first: number[], second: { as: number; key?: string }) {
		let total = second.as;
		for (const each of first) total += each;
		return { total, key: second.key };
	}`;

test("the names of local variables do not count, however often each is used", async () => {
	const renamed = MODULE.replaceAll("total", "whole").replace("{ whole,", "{ total: whole,").replaceAll("each", "e");
	expect(await numbered(renamed)).toBe(await numbered(MODULE));
	// A comment, and a name that changes which letters are frequent.
	expect(await numbered(`// zzzzzzzz\n${MODULE.replaceAll("second", "zz")}`)).toBe(await numbered(MODULE));
});

test("the names of private fields do not count, whatever their letters", async () => {
	const counter = "export class Counter { #count = 0; #step = 1; up() { return (this.#count += this.#step); } }";
	const renamed = counter.replaceAll("#count", "#zz").replaceAll("#step", "#yy");
	expect(await numbered(`// zzzzzzzz\n${renamed}\nzzz(zz, zz);`)).toBe(await numbered(`${counter}\nzzz(zz, zz);`));
	expect(await numbered(counter)).not.toBe(await numbered(counter.replace("+= this.#step", "+= this.#count")));
});

test.each([
	["a property", ".as", ".is"],
	["a property of an object", "key: second", "kex: second"],
	["a value", "+= each", "-= each"],
	["which variable is used", "total += each", "total += total"],
	["a name that no minifier chose", "sum(", "sumOf("],
])("%s counts", async (_what, from, to) => {
	expect(MODULE).toContain(from);
	expect(await numbered(MODULE.replace(from, to))).not.toBe(await numbered(MODULE));
});
