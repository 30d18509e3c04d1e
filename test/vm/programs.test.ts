import { afterAll, expect, test } from "vitest";
import { newMachinePool } from "../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

test("the beginning of a program's output is kept, or all of it if the step asks for that", async () => {
	const argv = ["sh", "-c", "yes ünüsüal | head -n 40000"];
	const { outcome } = await machines.play({
		...{
			prepare: [],
			code: "",
			calls: {},
			readings: {},
		},
		steps: [
			{ do: "run", argv, as: "beginning" },
			{ do: "run", argv, as: "all", keepAll: true },
		],
	});
	if (outcome.kind === "lost") throw new Error(outcome.how);
	const { beginning, all } = outcome.observation.programs;
	const whole = "ünüsüal\n".repeat(40_000);
	expect(all).toEqual({ code: 0, stdout: whole, stderr: "" });
	expect(beginning).toEqual({ code: 0, stdout: whole.slice(0, 8_000), stderr: "" });
});
