import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { atTerminal } from "../../support/command.ts";

const TSX = fileURLToPath(import.meta.resolve("tsx"));
const progress = JSON.stringify(new URL("../../../harness/base/progress.ts", import.meta.url).href);
const code = `const { visibleProgress } = await import(${progress}); await visibleProgress.step("a step", async () => {});`;
const step = (env: Record<string, string>) =>
	atTerminal(process.execPath, ["--import", TSX, "--input-type=module", "--eval", code], env, []);

describe("a step at a terminal", () => {
	test("is redrawn", async () => {
		expect(await step({})).toContain("\u001b[");
	});

	test("is one line in plain text", async () => {
		expect(await step({ DRYDOCK_PLAIN: "1" })).toMatch(/^a step: done \(\d\.\d s\)\r\n$/);
	});
});
