import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { submissionsOf } from "../../harness/dev/submissions.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { submissionFile } from "../support/submissions.ts";
import { temporary } from "../support/temporary.ts";

test("submissions that are differences also type-check", async () => {
	const files = await temporary();
	for (const { id } of await lessons())
		for (const kind of ["right", "wrong"] as const)
			for (const submission of await submissionsOf(id, kind))
				if (submission.isDifference) await submissionFile(submission, files);
	const config = {
		extends: inKit("tsconfig.json"),
		compilerOptions: {
			typeRoots: [inKit("node_modules/@types")],
			paths: { "#kernel": [inKit("native/kernel.ts")], "#box/*": [inKit("solutions/given/*.ts")] },
			// A submission that leaves out a call may keep the import, and the parameter that the call had.
			noUnusedLocals: false,
			noUnusedParameters: false,
		},
		include: ["test"],
		exclude: [],
	};
	const project = await files.write("tsconfig.json", JSON.stringify(config));
	const output = await promisify(execFile)(process.execPath, [
		inKit("node_modules/typescript/bin/tsc"),
		"-p",
		project,
	]).then(
		() => "",
		({ stdout }: { stdout: string }) => stdout,
	);
	await files.remove();
	expect(output).toBe("");
});
