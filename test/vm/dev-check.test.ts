import { execFile } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { proveLesson } from "../../harness/dev/lesson-proofs.ts";
import { findLesson, lessons } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { ALWAYS_SINCE_MS } from "../support/plan.ts";

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

test.concurrent.each((await lessons()).map(({ id }) => id))("%s is complete", async (id) => {
	const proofs = await proveLesson(await findLesson(id), machines, { playedSinceMs: ALWAYS_SINCE_MS });
	expect(proofs.filter(({ holds }) => !holds)).toEqual([]);
});

test("dev check --json prints one document, and its exit code says whether every proof holds", async () => {
	const [lesson] = await lessons();
	const { code, stdout } = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
		const args = [inKit("harness/cli/bin.js"), "dev", "check", lesson?.id ?? "", "--json"];
		const child = execFile(process.execPath, args, (_, stdout) => resolve({ code: child.exitCode, stdout }));
	});
	const { schemaVersion, lessons: proved } = JSON.parse(stdout);
	expect(schemaVersion).toBe(1);
	expect(proved).toMatchObject([{ lesson: lesson?.id }]);
	expect(code).toBe(proved[0].proofs.every(({ holds }: { holds: boolean }) => holds) ? 0 : 1);
});
