import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { type Submission, submissionsOf } from "../../harness/dev/submissions.ts";
import { judge } from "../../harness/judge/judge.ts";
import { lessons, loadCheck } from "../../harness/judge/lessons.ts";
import { newMachinePool } from "../support/guest.ts";
import { resultOf } from "../support/items.ts";
import { drawn } from "../support/plan.ts";
import { submissionFile } from "../support/submissions.ts";
import { temporary } from "../support/temporary.ts";

// With `check --mine`, a lesson is played on the learner's own modules of earlier lessons. So a solution must also pass if
// every earlier module is another right answer. `npm test` draws some combinations.

/** The first lesson that is tried. */
const FROM = "04";
/** Combinations of right answers for each lesson. With those of all lessons, every answer to 01–12 has its turn. */
const COMBINATIONS = 8;
/** Right answers with which a later lesson cannot work, and why: the reference's module is played in their place. */
const UNFIT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	"17-rootless": {
		"05-pid1/right/mounted-over.diff": "mounts proc also in the host's PID namespace, which no ordinary user may",
	},
};

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(() => Promise.all([machines.close(), files.remove()]));

const all = await Promise.all(
	(await lessons()).map(async (lesson) => {
		const { module } = await loadCheck(lesson);
		return { lesson, solution: inKit("solutions", lesson.id, module), right: await submissionsOf(lesson.id, "right") };
	}),
);
const tried = all.filter(({ lesson }) => lesson.id >= FROM);
const points = tried.flatMap(({ lesson }) =>
	Array.from({ length: COMBINATIONS }, (_, index) => `${lesson.id}, ${index + 1}`),
);

test.for(drawn("other-modules", points))("%s: the solution passes on other right answers", async (point) => {
	const place = all.findIndex(({ lesson }) => point.startsWith(lesson.id));
	const { lesson, solution } = all[place] as (typeof all)[number];
	const earlier = all.slice(0, place).map(({ solution, right }, place) => {
		const submission = right[(points.indexOf(point) * stepFor(place, right.length)) % right.length] as Submission;
		return { solution, submission };
	});
	const unfit = Object.keys(UNFIT[lesson.id] ?? {});
	const mine = earlier
		.filter(({ submission }) => unfit.every((path) => !submission.path.endsWith(path)))
		.map(async ({ solution, submission }) => [solution, await submissionFile(submission, files)] as const);
	const verdict = await judge(lesson, solution, machines, { mine: new Map(await Promise.all(mine)), types: false });
	const paths = earlier.map(({ submission }) => submission.path).join("\n");
	expect(resultOf(verdict), `${paths}\n${JSON.stringify(verdict.findings, null, 1)}`).toBe("pass");
});

// A step that differs from lesson to lesson, so that the combinations have few pairs in common. It has no divisor in
// common with the number of answers: otherwise, some of them would never have their turn.
function stepFor(place: number, count: number): number {
	let step = place + 1;
	while (commonDivisor(step, count) > 1) step++;
	return step;
}

const commonDivisor = (one: number, other: number): number => (other === 0 ? one : commonDivisor(other, one % other));
