import { beforeAll, expect, test } from "vitest";
import { silentProgress } from "../../harness/base/progress.ts";
import { lessons } from "../../harness/judge/lessons.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import { type CommandResult, drydock } from "../support/command.ts";

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
		for (const id of ids.slice(0, 3))
			expect(passedBy(await drydock(["check", id, "--solution", "--json"]))).toEqual([id]);
	};
	const [all] = await Promise.all([drydock(["check", "--all", "--solution", "--json"]), others()]);
	expect(passedBy(all)).toEqual(ids);
});
