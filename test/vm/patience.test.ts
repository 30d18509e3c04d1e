import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cacheDir, discard } from "../../harness/base/cache.ts";
import { measuredReference } from "../../harness/judge/judge.ts";
import { findLesson, loadCheck } from "../../harness/judge/lessons.ts";
import type { Observation, Step } from "../../harness/protocol/index.ts";
import type { RunRequest } from "../../harness/vm/machine.ts";
import { newMachinePool } from "../support/guest.ts";

// How long to wait for something that may never come. On a busy computer, it may only be late.

const TOKEN = "drydock-patience";
// Works for longer than a sleeping process may stay silent, and never sleeps.
const WORKS = "end=$(($(date +%s) + 4)); while [ $(date +%s) -lt $end ]; do :; done";

const machines = newMachinePool();
afterAll(() => machines.close());

async function played(script: string, steps: Step[], deadlineMs?: number): Promise<Observation> {
	const code = `exports.run = (argv) => {
		const { execve, fork, waitpid } = require("#kernel");
		const pid = fork();
		if (pid === 0) execve(argv[0], argv);
		return waitpid(pid).status;
	}`;
	const { outcome } = await machines.play({
		...{ prepare: [], code, steps, readings: {} },
		...(deadlineMs === undefined ? {} : { deadlineMs }),
		calls: { box: { export: "run", args: [["/bin/sh", "-c", script, TOKEN]], token: TOKEN } },
	});
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how} ${outcome.detail}`);
	return outcome.observation;
}

const START: Step = { do: "call", call: "box" };
const LOOK: Step = { do: "look", as: "then" };

describe.concurrent("a command", () => {
	test("that works for long before it prints anything is not given up", async () => {
		const { givenUp, moments } = await played(`${WORKS}; echo $0; read -r _`, [START, LOOK], 120_000);
		expect(moments["then"]?.commands["box"]?.pid).toBeGreaterThan(0);
		expect(givenUp).toEqual([]);
	});

	test("that sleeps without output is given up, but its state is still read", async () => {
		const { givenUp, moments } = await played("read -r _", [START, LOOK]);
		expect(givenUp).toEqual(["call box"]);
		expect(moments["then"]?.commands["box"]?.pid).toBeGreaterThan(0);
	});

	test("that waits for a timer is not given up, although nothing in the machine moves until then", async () => {
		const script = "echo $0; read -r _; sleep 6; echo $0; read -r _";
		const { givenUp, calls } = await played(script, [START, { do: "feed", call: "box" }], 120_000);
		expect(givenUp).toEqual([]);
		expect(calls["box"]?.ending.how).toBe("returned");
	});

	test("that waits for what never comes ends the run long before its deadline", async () => {
		const { calls, stageMs } = await played("mkfifo /tmp/never; cat /tmp/never", [START], 600_000);
		const { ending } = calls["box"] ?? {};
		expect(ending?.how === "hung" && Object.values(ending.waitsIn)).toContain("wait_for_partner");
		expect(Object.values(stageMs).reduce((sum, ms) => sum + ms, 0)).toBeLessThan(300_000);
	});

	test("that does not finish a line of input is given up, and so is a program", async () => {
		const steps: Step[] = [START, { do: "feed", call: "box" }, { do: "run", argv: ["sleep", "600"], as: "sleeper" }];
		const { givenUp, programs } = await played("echo $0; read -r _; sleep 600", steps, 16_000);
		expect(givenUp).toEqual(["feed box", "run sleeper"]);
		expect(programs["sleeper"]?.code).toBeNull();
	});
});

test("a reference that did not run to its end is measured again, and not stored", async () => {
	const lesson = await findLesson("07");
	const given: (number | undefined)[] = [];
	// The first run gets hardly any time.
	const play = (request: RunRequest) => {
		given.push(given.length === 0 ? 200 : request.deadlineMs);
		return machines.play({ ...request, ...(given.length === 1 ? { deadlineMs: 200 } : {}) });
	};
	// A unique image key, so that no other test finds this reference.
	const kept = await references();
	const imageKey = async () => `test ${randomBytes(8).toString("hex")}`;
	const reference = await measuredReference(lesson, await loadCheck(lesson), {
		...{ imageKey, play },
		accelerator: () => machines.accelerator(),
	});
	for (const entry of await references()) if (!kept.includes(entry)) await discard(entry);
	expect(given).toEqual([200, undefined]);
	expect(reference.observation.givenUp).toEqual([]);
	expect(reference.facts["command.ran"]).toBe(true);
});

async function references(): Promise<string[]> {
	const dir = join(cacheDir, "references");
	return (await readdir(dir).catch(() => [])).map((name) => join(dir, name));
}
