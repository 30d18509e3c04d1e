import type { Bundle } from "../../harness/engine/bundle.ts";
import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson, type Lesson } from "../../harness/judge/lessons.ts";
import { bundleModuleRun, type MachinePool, prepareModuleRun } from "../../harness/judge/module-run.ts";
import { fits, type ModuleItem, resultOf } from "./items.ts";
import { keptProgram } from "./kept-programs.ts";
import { playedSinceMs } from "./plan.ts";
import type { Temporary } from "./temporary.ts";
import { inTurn } from "./turns.ts";

/** Judges an item. @param sinceMs an observation in the cache must be at least this new: `playedSinceMs` of `judge` */
export type ItemJudge = (item: ModuleItem, sinceMs?: number) => Promise<Verdict>;

/**
 * Makes the function that judges the items of one test file.
 *
 * The cache may have an observation of a run that was disturbed, such as on a busy computer. So an item is played again
 * if the observation gives a result that the item may not have. The new observation replaces the old one.
 * @param files where mutants, and submissions that are differences, are written as modules
 * @param repeatedMax at most this many items are played again. If more results from the cache do not fit, no runs were
 * disturbed: the check or the judge has changed
 */
export function itemJudge(machines: MachinePool, files: Temporary, repeatedMax = 10): ItemJudge {
	// Only playing takes a turn. To judge an observation from the cache is a matter of milliseconds.
	const inTurns: MachinePool = {
		imageKey: () => machines.imageKey(),
		accelerator: () => machines.accelerator(),
		play: (request) => inTurn(() => machines.play(request)),
	};
	let repeated = 0;
	return async (item, sinceMs = playedSinceMs(item)) => {
		const [lesson, file] = [await findLesson(item.lesson), await item.file(files)];
		const bundled =
			item.programKey === undefined ? undefined : keptProgram(item.programKey, () => bundleOf(lesson, file));
		const judgeSince = (playedSinceMs: number) =>
			judge(lesson, file, inTurns, { types: false, playedSinceMs, ...(bundled && { bundled }) });
		const startedMs = Date.now();
		const verdict = await judgeSince(sinceMs);
		if (fits(item, resultOf(verdict)) || repeated >= repeatedMax) return verdict;
		repeated++;
		// If the item was played just now, this returns the same run.
		return judgeSince(startedMs);
	};
}

async function bundleOf(lesson: Lesson, file: string): Promise<Bundle> {
	return bundleModuleRun(await prepareModuleRun(lesson, file));
}
