import { afterAll, describe, expect, test } from "vitest";
import type { Fault } from "../../harness/engine/bundle.ts";
import { compiled as compiledIn, ISOLATE } from "../support/compiled.ts";
import { temporary } from "../support/temporary.ts";

// Source code that takes the compilers to their limits. It needs no machine, but seconds of a processor for each module.

const files = await temporary();
afterAll(() => files.remove());
const compiled = compiledIn.bind(null, files);
const repeated = (part: string, times: number) => part.repeat(times);

describe("too much for the compilers", () => {
	const NESTED = `${repeated("a ? (b): c => ", 60)}e${repeated(" : f", 60)}`;
	const doubling = (name: string, twice: (last: string) => string, steps: number) =>
		Array.from({ length: steps }, (_, at) => `${name}${at + 1} = ${twice(`${name}${at}`)},`).join("\n");
	const RECURSIVE =
		"type D<T extends string, R extends string = ''> = T extends `$" +
		"{infer A}$" +
		"{infer B}` ? D<B, `$" +
		"{R}$" +
		"{A}$" +
		"{A}`> : R;";

	test.for<[what: string, text: string, faults: (Fault | null)[]]>([
		["nested conditionals with arrow functions", `export const x: any = ${NESTED};`, ["too-much-for-the-compiler"]],
		[
			"nested conditionals with arrow functions, in a class",
			`class A { x = ${NESTED}; }`,
			["too-much-for-the-compiler"],
		],
		[
			"type arguments that may be comparisons",
			`x${repeated("<a", 3_000)};`,
			[null, "syntax-error", "too-much-for-the-compiler"],
		],
		["100,000 brackets", `const a = ${repeated("[", 100_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		["100,000 braces", `${repeated("{", 100_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		[
			"100,000 parentheses that are closed",
			`const a = ${repeated("(", 50_000)}1${repeated(")", 50_000)};`,
			[null, "too-much-for-the-compiler"],
		],
		["a sum of 100,000", `const a = 1${repeated("+a", 100_000)};`, [null, "too-much-for-the-compiler"]],
		["100,000 conditions", `const a = ${repeated("b?c:", 100_000)}d;`, [null, "too-much-for-the-compiler"]],
		[
			"errors that each come with the whole line",
			`let a${repeated(",a", 2_000)}; /*${repeated("x", 100_000)}*/`,
			["syntax-error", "too-much-for-the-compiler"],
		],
		["nested types", `type A = ${repeated("{a:", 40_000)}`, ["syntax-error", "too-much-for-the-compiler"]],
		[
			"constants doubled by an enum",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `${last} + ${last}`, 20)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"constants doubled thirty times",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `${last} + ${last}`, 30)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"constants doubled in templates",
			`enum A { a0 = "0123456789abcdef",\n${doubling("a", (last) => `\`\${${last}}\${${last}}\``, 22)} }\nconsole.log(A);`,
			["too-large", "too-much-for-the-compiler"],
		],
		[
			"types that double themselves",
			`${RECURSIVE}\nlet x: D<D<D<D<D<D<D<D<D<D<D<D<"abcdefgh">>>>>>>>>>>>; x = 1 as never;`,
			[null, "too-much-for-the-compiler"],
		],
		[
			"a union of a million",
			`type C = 0|1|2|3|4|5|6|7|8|9; type X = \`\${C}\${C}\${C}\${C}\${C}\${C}\`; let x: X = "000000"; console.log(x);`,
			[null],
		],
		[
			"30,000 imports",
			Array.from({ length: 30_000 }, (_, at) => `import"./${at}";`).join(""),
			["too-much-for-the-compiler"],
		],
	])("%s: the compilation ends, and the next one works", { timeout: 240_000 }, async ([, text, faults]) => {
		expect((await compiled(`${text}\n${ISOLATE}`, { "a.ts": "" })).fault).toBeOneOf(faults);
		// The next compilation works as usual.
		expect((await compiled(ISOLATE)).fault).toBe(null);
	});

	test("a type check that takes too long is stopped", { timeout: 240_000 }, async () => {
		const types = `
			type Digits = "0"|"1"|"2"|"3"|"4"|"5"|"6"|"7"|"8"|"9";
			type Walk<N extends 0[], S extends string> = N extends [0, ...infer R extends 0[]] ? { [K in Digits]: Walk<R, \`\${S}\${K}\`> }[Digits] : S;
			export const x: Walk<[0,0,0,0,0,0,0,0], ""> extends "no" ? 1 : 2 = 1;`;
		const { fault } = await compiled(`${types}\n${ISOLATE}`);
		expect(fault).toBeOneOf([null, "too-much-for-the-compiler"]);
		expect((await compiled(ISOLATE)).messages).toBe("");
	});
});
