import { afterAll, expect, test } from "vitest";
import { inKit } from "../../../harness/base/kit.ts";
import { moduleProgram } from "../../../harness/engine/engine.ts";
import { temporary } from "../../support/temporary.ts";

const REFERENCE = inKit("solutions/09-scratch/image.ts");
const files = await temporary();
afterAll(() => files.remove());

test("moduleProgram bundles a learner's module with its helper and #kernel; if there is none, it bundles the reference's", async () => {
	await files.write("helper.ts", "export const helped = 'by a helper';\n");
	const mine = await files.write(
		"image.ts",
		'import { getpid } from "#kernel";\nimport { helped } from "./helper.ts";\nexport const buildImage = () => [helped, getpid()];\n',
	);
	const program = await moduleProgram(new Map([[REFERENCE, mine]]), REFERENCE);
	expect(program).toContain("by a helper");
	expect(program).toContain("ffi-rs");
	expect(program).not.toContain("manifest.json");
	expect(await moduleProgram(new Map(), REFERENCE)).toContain("manifest.json");
});
