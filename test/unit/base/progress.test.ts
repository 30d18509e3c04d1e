import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { atTerminal } from "../../support/command.ts";

const TSX = fileURLToPath(import.meta.resolve("tsx"));
const base = (name: string) => JSON.stringify(new URL(`../../../harness/base/${name}.ts`, import.meta.url).href);
const IMPORTS = `
const { visibleProgress, interruptedStep } = await import(${base("progress")});
const { interruption, stopInGoodOrder, unlessInterrupted } = await import(${base("interrupt")});
`;
const STEP = 'await visibleProgress.step("a step", async () => {});';
const node = (code: string) => ["--import", TSX, "--input-type=module", "--eval", `${IMPORTS}${code}`];
const step = (env: Record<string, string>) => atTerminal(process.execPath, node(STEP), env, []);

describe("a step at a terminal", () => {
	test("is redrawn", async () => {
		expect(await step({})).toContain("\u001b[");
	});

	test("is one line if the terminal's width is unknown", async () => {
		const script = 'stty cols 0; exec "$0" "$@"';
		const shown = await atTerminal("sh", ["-c", script, process.execPath, ...node(STEP)], {}, []);
		expect(shown).toMatch(/^a step: done \(\d\.\d s\)\r\n$/);
	});

	test.each([
		["redrawn", {}],
		["in plain text", { DRYDOCK_PLAIN: "1" }],
	])("[%s] that the user interrupts is known afterwards, and does not count as failed", async (_, env) => {
		const code = `
			stopInGoodOrder();
			// Like a machine that boots, a timer keeps the process until the signal has come.
			setTimeout(() => {}, 2_000);
			setTimeout(() => process.kill(process.pid, "SIGINT"), 300);
			const work = () => unlessInterrupted(new Promise(() => {}));
			await visibleProgress.step("a step", work).catch(() => console.log("\\ninterrupted:", interruptedStep()));
		`;
		const shown = await atTerminal(process.execPath, node(code), env, []);
		expect(shown).toContain("interrupted: a step");
		expect(shown).not.toContain("✖");
	});

	test("is one line in plain text", async () => {
		expect(await step({ DRYDOCK_PLAIN: "1" })).toMatch(/^a step: done \(\d\.\d s\)\r\n$/);
	});
});
