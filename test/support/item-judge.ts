import { judge, type Verdict } from "../../harness/judge/judge.ts";
import { findLesson } from "../../harness/judge/lessons.ts";
import type { MachinePool } from "../../harness/judge/module-run.ts";
import { fits, type ModuleItem, resultOf } from "./items.ts";
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
	let repeated = 0;
	return async (item, sinceMs = playedSinceMs(item)) => {
		const [lesson, file] = [await findLesson(item.lesson), await item.file(files)];
		const judgeSince = (playedSinceMs: number) =>
			inTurn(() => judge(lesson, file, machines, { types: false, playedSinceMs }));
		const startedMs = Date.now();
		const verdict = await judgeSince(sinceMs);
		if (fits(item, resultOf(verdict)) || repeated >= repeatedMax) return verdict;
		repeated++;
		// If the item was played just now, this returns the same run.
		return judgeSince(startedMs);
	};
}
