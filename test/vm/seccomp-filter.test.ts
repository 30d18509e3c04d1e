import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drydock } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";

// Many programs that the agent starts in the harbour can execute a learner's code: `box` in a session, for example, or
// a script of a step. Each must run under exactly one seccomp filter, because a later lesson is to count the filters.

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

const FILTERS = ["sh", "-c", "grep ^Seccomp /proc/self/status"];
const ONE_FILTER = /^Seccomp:\t2\nSeccomp_filters:\t1\n$/;

describe("exactly one seccomp filter applies to", () => {
	test.concurrent("a preparation's program, a call and what it starts, and a step's program in the harbour", async () => {
		const { outcome, output } = await machines.play({
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
			// In a locked machine, the programs of steps run outside the harbour.
			unlocked: true,
		});
		if (outcome.kind === "lost") throw new Error(`${outcome.how} ${outcome.detail}`);
		const { programs } = outcome.observation;
		expect(programs["prepared"]?.stdout).toMatch(ONE_FILTER);
		expect(programs["stepped"]?.stdout).toMatch(ONE_FILTER);
		expect(Buffer.concat(output.stdout).toString()).toMatch(ONE_FILTER);
	});

	test.concurrent("a session's program", async () => {
		const { stdout } = await drydock(["run", "--solution", "--security-opt", "seccomp=unconfined", "--", ...FILTERS]);
		expect(stdout).toMatch(ONE_FILTER);
	});
});
