import type { Bundle } from "../../harness/engine/bundle.ts";
import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson, type Lesson } from "../../harness/judge/lessons.ts";
import { bundleModuleRun, type MachinePool, prepareModuleRun } from "../../harness/judge/module-run.ts";
import { fits, type ModuleItem, resultOf } from "./items.ts";
import { keptProgram } from "./kept-programs.ts";
import { playedSinceMs } from "./plan.ts";
import type { Temporary } from "./temporary.ts";
import { alone, inTurn } from "./turns.ts";

/** Judges an item. @param sinceMs an observation in the cache must be at least this new: `playedSinceMs` of `judge` */
export type ItemJudge = (item: ModuleItem, sinceMs?: number) => Promise<Verdict>;

/**
 * Makes the function that judges the items of one test file.
 *
 * A run may have been disturbed, such as on a busy computer. So an item is played again if its result is one that the item
 * may not have, and either the observation is from the cache, or the judge itself says that it is no verdict. The new
 * observation replaces the old one.
 * @param files where mutants, and submissions that are differences, are written as modules
 * @param repeatedMax at most this many items are played again. If more results from the cache do not fit, no runs were
 * disturbed: the check or the judge has changed
 */
export function itemJudge(machines: MachinePool, files: Temporary, repeatedMax = 10): ItemJudge {
	// Only playing takes a turn. To judge an observation from the cache is a matter of milliseconds.
	const playing = (play: MachinePool["play"]): MachinePool => ({
		imageKey: () => machines.imageKey(),
		accelerator: () => machines.accelerator(),
		play,
	});
	const inTurns = playing((request) => inTurn(() => machines.play(request)));
	const asOnlyOne = playing((request) => alone(() => machines.play(request)));
	let repeated = 0;
	return async (item, sinceMs = playedSinceMs(item)) => {
		const [lesson, file] = [await findLesson(item.lesson), await item.file(files)];
		const bundled =
			item.programKey === undefined ? undefined : keptProgram(item.programKey, () => bundleOf(lesson, file));
		const judgeSince = (playedSinceMs: number, pool = inTurns) =>
			judge(lesson, file, pool, { types: false, playedSinceMs, ...(bundled && { bundled }) });
		const startedMs = Date.now();
		const verdict = await judgeSince(sinceMs);
		if (fits(item, resultOf(verdict)) || repeated >= repeatedMax) return verdict;
		repeated++;
		if (verdict.verdict === "error") return judgeSince(Date.now(), asOnlyOne);
		// If the item was played just now, this returns the same run.
		return judgeSince(startedMs);
	};
}

async function bundleOf(lesson: Lesson, file: string): Promise<Bundle> {
	return bundleModuleRun(await prepareModuleRun(lesson, file));
}
