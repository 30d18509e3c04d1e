import { describe, expect, test } from "vitest";
import { mutantsOf } from "../../support/mutants.ts";

const descriptions = async (body: string) =>
	(await mutantsOf(`export function f(x: number) { ${body} }`)).map(({ description }) => description);

const mutated = async (body: string, description: string) => {
	const found = (await mutantsOf(`export function f(x: number) { ${body} }`)).find(
		(mutant) => mutant.description === description,
	);
	return found?.code.replaceAll(/\s+/g, " ");
};

describe("mutantsOf", () => {
	test("a call that is a statement is left out", async () => {
		expect(await descriptions("a(); const b = c();")).toEqual(['drop "a();"']);
		expect(await mutated("a(); const b = c();", 'drop "a();"')).toContain("{ ; const b = c(); }");
		expect(await mutated("if (x) a();", 'drop "a();"')).toContain("if (x) ;");
	});

	test("neighbouring calls are exchanged, others are not", async () => {
		expect((await descriptions("a(); b(); x += 1; c();")).filter((what) => what.startsWith("exchange"))).toEqual([
			'exchange "a();" and "b();"',
		]);
		expect(await mutated("a(); b();", 'exchange "a();" and "b();"')).toContain("{ b(); a(); }");
		expect(await descriptions("a(); a();")).toEqual(['drop "a();"', 'drop "a();" (2)']);
	});

	test("each flag is left out once", async () => {
		const flags = (await descriptions("a(A_B | C_D | E_F);")).filter((what) => what.includes("from"));
		expect(flags).toEqual([
			'drop A_B from "a(A_B | C_D | E_F)"',
			'drop C_D from "a(A_B | C_D | E_F)"',
			'drop E_F from "a(A_B | C_D | E_F)"',
		]);
		expect(await mutated("a(A_B | C_D | E_F);", flags[1] ?? "")).toContain("a(A_B | E_F)");
	});

	test("a condition is true or false; that of a loop is false", async () => {
		expect(await descriptions("if (x > 1) x = 2;")).toEqual([
			'true for the condition "x > 1"',
			'false for the condition "x > 1"',
		]);
		expect(await descriptions("while (x > 1) x = 2;")).toEqual(['false for the condition "x > 1"']);
	});

	test("a returned result is ignored, but the call is made", async () => {
		expect(await mutated("return a(x);", 'return 0 in place of "a(x)"')).toContain("return (a(x), 0);");
	});

	test("an argument that is a constant is empty", async () => {
		const given = 'const r = a("/", 7, 0, A_B, null, x, "");';
		expect(await descriptions(given)).toEqual(
			['"" for "/"', "0 for 7", "1 for 0", "0 for A_B"].map((what) => `${what} in "a("/", 7, 0, A_B, null, x, "")"`),
		);
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
		expect(await descriptions("const r = a(`/${x}`);")).toEqual(['"" for `/${x}` in "a(`/${x}`)"']);
	});

	test("types and comments make no mutants", async () => {
		expect(await mutantsOf("// a()\nexport type T = 'a' | 'b';\nexport const x: T = 'a' as T;")).toEqual([]);
	});

	test("a description is the same wherever the line stands", async () => {
		const [one, other] = await Promise.all([descriptions("a();"), descriptions("// more\n\n\ta( );")]);
		expect(one).toEqual(other);
	});
});
