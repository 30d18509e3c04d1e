import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";
import { inKit } from "../../harness/base/kit.ts";
import { TEST_FILES } from "./test-files.ts";

/** Adds each test file that has passed to the file of the items' results, from which `test/run.ts` writes records. */
export default class PassedFiles implements Reporter {
	onTestModuleEnd(file: TestModule): void {
		const results = process.env["DRYDOCK_TESTS_RESULTS"];
		if (results === undefined || file.state() !== "passed") return;
		const line = { lesson: TEST_FILES, name: relative(inKit("test"), file.moduleId), result: "passes" };
		appendFileSync(results, `${JSON.stringify(line)}\n`);
	}
}
