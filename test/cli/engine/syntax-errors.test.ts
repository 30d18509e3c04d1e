import { afterAll, expect, test } from "vitest";
import { judge } from "../../../harness/judge/judge.ts";
import { findLesson } from "../../../harness/judge/lessons.ts";
import type { MachinePool } from "../../../harness/vm/machine-pool.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

// A module that cannot be loaded needs no machine.
const unloaded = async (text: string) =>
	judge(await findLesson("02"), await files.write("isolate.ts", text), {} as MachinePool);

test.each([
	["the end of the file", "const a = 1;\nexport function isolate(): void {\n\tif (a) {\n}\n", 5],
	["the next export", "const a = 1;\nexport function isolate(): void {\n\tif (a) {\n}\nexport const b = 1;\n", 5],
])(
	"a brace that is never closed is shown where it is opened, and not at %s",
	async (_, text, line) => {
		const { thrownAt, findings, typeErrors } = await unloaded(text);
		expect(thrownAt).toMatchObject({ line: 2, column: 33 });
		expect(findings).toMatchObject([{ diagnosis: "syntax-error", got: "a { in line 2 that is never closed" }]);
		expect(findings[0]?.explanation).toContain(`until line ${line}`);
		expect(typeErrors).toEqual([]);
	},
	60_000,
);

test("another syntax error is shown where it is, also if a brace is never closed further down", async () => {
	const { thrownAt, findings } = await unloaded("const = 1;\nexport function isolate(): void {\n");
	expect(thrownAt).toMatchObject({ line: 1, column: 7 });
	expect(findings).toMatchObject([{ diagnosis: "syntax-error", got: expect.stringContaining("Expected identifier") }]);
}, 60_000);
