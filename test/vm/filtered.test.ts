import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drydock } from "../support/command.ts";
import { newShipyard } from "../support/guest.ts";

// A learner's code can come to be executed by whatever the agent starts in the harbour: by `box` in a session, or by a
// script that a step runs. All of it is under one filter, no more: lesson 16 is to count the filters.

const yard = newShipyard();
beforeAll(() => yard.accelerator());
afterAll(() => yard.close());

const FILTERS = ["sh", "-c", "grep ^Seccomp /proc/self/status"];
const ONE_FILTER = /^Seccomp:\t2\nSeccomp_filters:\t1\n$/;

describe("the filter is on", () => {
	test.concurrent("a preparation's program, a call and what it starts, and a step's program in the harbour", async () => {
		const { outcome, output } = await yard.play({
			prepare: [{ do: "run", argv: FILTERS, as: "prepared" }],
			code: `exports.run = (argv) => {
				const k = require("#kernel");
				const pid = k.fork();
				if (pid === 0) k.execve("/bin/sh", argv);
				return k.waitpid(pid).status;
			}`,
			calls: { box: { export: "run", args: [FILTERS], token: "none", until: "returns" } },
			steps: [
				{ do: "call", call: "box" },
				{ do: "run", argv: FILTERS, as: "stepped" },
			],
			readings: {},
			// Programs of steps run beside the harbour otherwise.
			unlocked: true,
		});
		if (outcome.kind === "lost") throw new Error(`${outcome.how} ${outcome.detail}`);
		const { programs } = outcome.observation;
		expect(programs["prepared"]?.stdout).toMatch(ONE_FILTER);
		expect(programs["stepped"]?.stdout).toMatch(ONE_FILTER);
		expect(Buffer.concat(output.stdout).toString()).toMatch(ONE_FILTER);
	});

	test.concurrent("a session's program", async () => {
		const { stdout } = await drydock(["run", "--solution", "--", ...FILTERS]);
		expect(stdout).toMatch(ONE_FILTER);
	});
});
