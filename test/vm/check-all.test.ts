import { beforeAll, expect, test } from "vitest";
import { silentProgress } from "../../harness/base/progress.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import { type CommandResult, drydock } from "../support/command.ts";
import { drawn } from "../support/plan.ts";

beforeAll(() => new MachinePool(silentProgress).makeReady());

function passedBy({ code, stdout }: CommandResult): string[] {
	const document = JSON.parse(stdout);
	const verdicts: { lesson: string; verdict: string }[] = document.verdicts ?? [document];
	expect(code).toBe(0);
	return verdicts.filter(({ verdict }) => verdict === "pass").map(({ lesson }) => lesson);
}

test("check --all --solution passes every lesson, and other checks pass at the same time", {
	timeout: 900_000,
}, async () => {
	const ids = (await lessons()).map(({ id }) => id);
	const others = async () => {
		const passed: string[] = [];
		for (const id of drawn("check beside check --all", ids))
			passed.push(...passedBy(await drydock(["check", id, "--solution", "--json"])));
		return passed;
	};
	const [all, beside] = await Promise.all([drydock(["check", "--all", "--solution", "--json"]), others()]);
	expect(passedBy(all)).toEqual(ids);
	expect(beside).toEqual(drawn("check beside check --all", ids));
});
