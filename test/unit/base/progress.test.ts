import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atTerminal } from "../../support/command.ts";
import { compiledProgram } from "../../support/program.ts";
import { temporary } from "../../support/temporary.ts";

const files = await temporary();
afterAll(() => files.remove());

const STEP = `
import { visibleProgress } from "./harness/base/progress.ts";
await visibleProgress.step("a step", async () => {});
`;
const INTERRUPTED_STEP = `
import { interruptedStep, visibleProgress } from "./harness/base/progress.ts";
import { stopInGoodOrder, unlessInterrupted } from "./harness/base/interrupt.ts";
stopInGoodOrder();
// Like a machine that boots, a timer keeps the process until the signal has come.
setTimeout(() => {}, 2_000);
setTimeout(() => process.kill(process.pid, "SIGINT"), 300);
const work = () => unlessInterrupted(new Promise(() => {}));
await visibleProgress.step("a step", work).catch(() => console.log("\\ninterrupted:", interruptedStep()));
`;
let [doesStep, isInterrupted] = ["", ""];
beforeAll(async () => {
	doesStep = await compiledProgram(files, STEP);
	isInterrupted = await compiledProgram(files, INTERRUPTED_STEP);
});
const step = (env: Record<string, string>) => atTerminal(process.execPath, [doesStep], env, []);

describe.concurrent("a step at a terminal", () => {
	test("is redrawn", async () => {
		expect(await step({})).toContain("\u001b[");
	});

	test("is one line if the terminal's width is unknown", async () => {
		const script = 'stty cols 0; exec "$0" "$@"';
		const shown = await atTerminal("sh", ["-c", script, process.execPath, doesStep], {}, []);
		expect(shown).toMatch(/^a step: done \(\d\.\d s\)\r\n$/);
	});

	test.each([
		["redrawn", {}],
		["in plain text", { DRYDOCK_PLAIN: "1" }],
	])("[%s] that the user interrupts is known afterwards, and does not count as failed", async (_, env) => {
		const shown = await atTerminal(process.execPath, [isInterrupted], env, []);
		expect(shown).toContain("interrupted: a step");
		expect(shown).not.toContain("✖");
	});

	test("is one line in plain text", async () => {
		expect(await step({ DRYDOCK_PLAIN: "1" })).toMatch(/^a step: done \(\d\.\d s\)\r\n$/);
	});
});
