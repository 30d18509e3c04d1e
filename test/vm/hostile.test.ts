import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson, solutionOf } from "../../harness/judge/lessons.ts";
import type { MachinePool } from "../../harness/judge/module-run.ts";
import { report } from "../../harness/judge/report.ts";
import { LIMITS } from "../../harness/protocol/index.ts";
import { heldBytes, measureFootprint } from "../support/footprint.ts";
import { newMachinePool } from "../support/guest.ts";
import { itemJudge } from "../support/item-judge.ts";
import { fits, type HostileItem, hostileItems, resultOf } from "../support/items.ts";
import { expectResult, isTried, playedSinceMs, TRIED_LESSONS } from "../support/plan.ts";
import { temporary } from "../support/temporary.ts";

// Whatever a submission does, it leaves nothing behind, and passes only if it does the exercise. test/hostile/README.md
// lists what drydock promises, and each way to break a promise.

// Half of what one machine may print. Without a leak, memory changes by less than a tenth of this.
const HELD_MORE_BYTES = 8 << 20;
// The results of these depend on how fast the computer answers, so they run alone.
const ALONE = new Set(["port"]);

const all = (await Promise.all(TRIED_LESSONS.map(hostileItems))).flat();
const tried = all.filter(isTried);
const machines = newMachinePool();
const files = await temporary();
const judgedItem = itemJudge(machines, files);
// Verdicts on what the cache has observed. Only what is played can leave something behind.
const recalled = new Map<HostileItem, Verdict>();

beforeAll(async () => {
	await machines.makeReady();
	// Only this test's files are in the directory.
	vi.stubEnv("TMPDIR", files.dir);
	await Promise.all(tried.filter((item) => playedSinceMs(item) === 0).map(recall));
	if (recalled.size === tried.length) return;
	// Makes everything that is made only once, including the measurements of the reference solutions. Two at a time, so that
	// as many bundlers wait as later.
	const nothing = inKit("test/submissions/bad-input/does-nothing.ts");
	const lesson = await findLesson("02");
	await Promise.all([1, 2].map(() => judge(lesson, nothing, machines)));
	for (const id of new Set(tried.map(({ lesson }) => lesson))) {
		const lesson = await findLesson(id);
		await judge(lesson, await solutionOf(lesson), machines, { types: false });
	}
	// On a busy computer, the references of all lessons take this long.
}, 900_000);
afterAll(async () => {
	vi.unstubAllEnvs();
	await Promise.all([machines.close(), files.remove()]);
});

const kinds = new Set(all.map(({ kind }) => kind));
const batches = [...kinds].map((kind) => ({ kind, items: tried.filter((item) => item.kind === kind) }));

describe.each(batches.filter(({ items }) => items.length > 0))("$kind", ({ kind, items }) => {
	let before: Awaited<ReturnType<typeof measured>>;
	beforeAll(async () => {
		before = await measured();
	});

	const each = ALONE.has(kind) ? test : test.concurrent;
	each.for(items)("$name → $expected", async (item) => {
		const judged = recalled.get(item) ?? (await judgedItem(item));
		expectResult(item, resultOf(judged));
		if (item.says !== undefined) expect(String(judged.findings[0]?.got)).toContain(item.says);
		for (const stream of [judged.output.stdout, judged.output.stderr])
			expect(Buffer.byteLength(stream)).toBeLessThanOrEqual(LIMITS.outputBytes);
		const shown = await report(judged, "hostile", "", { width: 100, color: false });
		expect(shown).not.toMatch(STEERING);
		if (item.printsControlCharacters) expect(JSON.stringify(judged)).toContain("�");
	});

	test("none of these leaves anything behind", async () => {
		if (items.every((item) => recalled.has(item))) return;
		if ((await leftSince(before)) === null) return;
		const guilty: string[] = [];
		for (const item of items) {
			const alone = await measured();
			// Played, not recalled: a run from the cache leaves nothing behind.
			await judge(await findLesson(item.lesson), await item.file(files), machines, { types: false });
			const left = await leftSince(alone);
			if (left !== null) guilty.push(`${item.name}: ${left}`);
		}
		expect.fail(guilty.join("\n") || `something is left, but not by any of these alone: ${await leftSince(before)}`);
	}, 900_000);
});

test("no forgery may pass", () => {
	const forgeries = all.filter(({ kind }) => kind === "forgeries");
	for (const { expected } of forgeries) expect(expected).not.toContain("pass");
});

// Characters that move a terminal's cursor or change the writing direction, and commands to a CI job's log.
const STEERING = /(?![\n\t\u200c\u200d])[\p{C}\u2028\u2029]|^\s*::|##\w*\[/mu;

// Judges the item without a machine, if the cache has an observation of it with a fitting result.
async function recall(item: HostileItem): Promise<void> {
	const notObserved = new Error("not observed");
	const withoutMachines: MachinePool = {
		imageKey: () => machines.imageKey(),
		accelerator: () => machines.accelerator(),
		play: () => Promise.reject(notObserved),
	};
	const options = { types: false, playedSinceMs: playedSinceMs(item) };
	const lesson = await findLesson(item.lesson);
	const verdict = await judge(lesson, await item.file(files), withoutMachines, options).catch((error: unknown) => {
		if (error !== notObserved) throw error;
		return null;
	});
	if (verdict !== null && fits(item, resultOf(verdict))) recalled.set(item, verdict);
}

const measured = async () => ({ footprint: await measureFootprint(), bytes: await heldBytes() });

// Describes what has been left behind since `before`; null if nothing has.
async function leftSince(before: Awaited<ReturnType<typeof measured>>): Promise<string | null> {
	const now = await measureFootprint(before.footprint);
	const added = (Object.keys(now) as (keyof typeof now)[]).flatMap((what) => {
		const [was, is] = [before.footprint[what], now[what]];
		const changed = [...is.filter((one) => !was.includes(one)), ...was.filter((one) => !is.includes(one))];
		return JSON.stringify(is) === JSON.stringify(was) ? [] : [`${what}: ${changed.join(", ") || "in another number"}`];
	});
	const heldMoreBytes = (await heldBytes()) - before.bytes;
	if (heldMoreBytes >= HELD_MORE_BYTES) added.push(`${heldMoreBytes} bytes of memory`);
	return added.length === 0 ? null : added.join("; ");
}
