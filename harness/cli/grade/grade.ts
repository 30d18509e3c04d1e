import { realpath } from "node:fs/promises";
import { cpus } from "node:os";
import { keyOf } from "../../base/cache.ts";
import { Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { visible } from "../../base/progress.ts";
import { archivesIn, entrantsIn } from "../../classroom/class.ts";
import { type Entrant, type Graded, gradeAll } from "../../classroom/grader.ts";
import { Journal, journalPath } from "../../classroom/journal.ts";
import { notGraded } from "../../classroom/judgement.ts";
import { kitKey } from "../../classroom/kit.ts";
import type { ClassReport, Report } from "../../classroom/result.ts";
import { classKey, isIn, merge, parseShard, readReports, WHOLE } from "../../classroom/shard.ts";
import { findLesson, lessons, loadCheck } from "../../judge/lessons.ts";
import { Shipyard } from "../../vm/shipyard.ts";
import { type DeliveryOptions, deliver, deliveryOf } from "./deliver.ts";
import { tally } from "./tally.ts";

/** More machines than processors: one that waits for something costs none. */
const MORE_LANES = 2;

export interface GradeOptions extends DeliveryOptions {
	lesson?: string;
	one?: boolean;
	shard?: string;
	resume?: boolean;
	lanes?: string;
}

/** `drydock grade`. @returns the exit code */
export async function grade(dir: string, options: GradeOptions): Promise<number> {
	const startedMs = performance.now();
	const graded = await lessonsOf(options.lesson);
	const shard = options.shard === undefined ? WHOLE : parseShard(options.shard);
	const lanes = lanesOf(options.lanes);
	const everybody = await entrantsIn(dir, await lessons(), options.one === true, (doubt) => visible.note(doubt));
	const { count, commands } = await archivesIn(dir);
	if (count > 0)
		visible.note([`archives that are not looked into: ${count}; to unpack them:`, ...commands].join("\n  "));
	const entrants = everybody.filter(({ name }) => isIn(shard, name));
	const delivery = await deliveryOf(options, entrants.length, dir);
	// Who says how many means it.
	const moreLanes = options.lanes === undefined ? lanes : 0;
	const resume = options.resume === true;
	const submissions = await gradeThem(entrants, graded, { dir, shard, lanes, moreLanes, resume });
	const report: ClassReport = {
		schemaVersion: 1,
		kit: keyOf(graded.map(({ key }) => key)),
		class: { key: classKey(everybody.map(({ name }) => name)), submissions: everybody.length },
		shard,
		lessons: graded.map(({ lesson: { id, title }, check: { weight } }) => ({ id, title, weight })),
		submissions,
		durationMs: Math.round(performance.now() - startedMs),
	};
	return deliver(report, delivery);
}

/** `drydock grade merge`. @returns the exit code */
export async function gradeMerge(files: string[], options: DeliveryOptions): Promise<number> {
	const report = merge(await readReports(files), files);
	return deliver(report, await deliveryOf(options, report.submissions.length));
}

interface Work {
	dir: string;
	shard: ClassReport["shard"];
	lanes: number;
	moreLanes: number;
	resume: boolean;
}

async function gradeThem(entrants: readonly Entrant[], graded: readonly Graded[], work: Work): Promise<Report[]> {
	const { dir, shard, lanes, moreLanes, resume } = work;
	const journal = await Journal.open(await journalPath(await realpath(dir), shard), resume);
	if (resume) visible.note(`${journal.size} results are there from before`);
	const yard = new Shipyard(visible);
	try {
		const imageKey = await yard.imageKey();
		const lessons = graded.map(({ key, ...rest }) => ({ ...rest, key: keyOf(key, imageKey) }));
		return await visible.step("grading", (say) => {
			const { heard } = tally(entrants.length * graded.length, say);
			const putBack = (count: number) =>
				visible.note(`this computer was too busy for a verdict on ${count}; judged again now, with more time`);
			return gradeAll(entrants, { lessons, yard, journal, lanes, moreLanes, heard, putBack });
		});
	} catch (error) {
		if (interruption.aborted && journal.size > 0)
			visible.note(`${journal.size} results are kept; with --resume, the same command goes on from there`);
		// What this computer cannot do is no submission's fault, and the systems that read the report are to know.
		if (interruption.aborted || !(error instanceof Failure)) throw error;
		visible.note(
			`nothing could be judged: ${error.message}${error.next === undefined ? "" : `\n  try: ${error.next}`}`,
		);
		return entrants.map(({ name }) => notGraded(name, graded, error));
	} finally {
		await yard.close();
	}
}

async function lessonsOf(chosen: string | undefined): Promise<Graded[]> {
	const all = await lessons();
	const ids = chosen?.split(",").map((id) => id.trim());
	const wanted = ids === undefined ? all : await Promise.all(ids.map(findLesson));
	const inOrder = all.filter(({ id }) => wanted.some((lesson) => lesson.id === id));
	return Promise.all(
		inOrder.map(async (lesson) => {
			const check = await loadCheck(lesson);
			return { lesson, check, key: await kitKey(lesson, check) };
		}),
	);
}

function lanesOf(text: string | undefined): number {
	if (text === undefined) return cpus().length + MORE_LANES;
	const lanes = Number(text);
	if (!Number.isInteger(lanes) || lanes < 1 || lanes > 256)
		throw new Failure("usage", `--lanes ${JSON.stringify(text)} is no number of machines`, "--lanes 4");
	return lanes;
}
