import { describe, expect, test } from "vitest";
import { findLesson, loadDemo } from "../../harness/judge/lessons.ts";
import { atStep, look, onStage, useStage } from "../support/live-stage.ts";
import { drawn, TRIED_LESSONS } from "../support/plan.ts";

useStage();

// `npm test` draws some of the demos. test/vm/rehearsals.test.ts plays each one that has changed.
describe("a demo plays to its end on the page, which loads nothing from elsewhere", () => {
	test.each(drawn("live", TRIED_LESSONS, 2))(
		"%s",
		async (id) => {
			const { server, events } = await onStage(id);
			const { page, wrong } = await look(server.link);
			const { steps } = await loadDemo(await findLesson(id));
			for (let step = 1; step <= steps.length; step++) {
				await atStep(page, step, /not played yet/);
				await page.keyboard.press(" ");
				await atStep(page, step, /done/);
				expect(await page.locator("#picture > *").count()).toBe(1);
				if (step < steps.length) await page.keyboard.press("ArrowRight");
			}
			const answers = events.filter((event) => event.type === "answer");
			expect(answers.flatMap(({ promises }) => promises.filter(({ kept }) => !kept))).toEqual([]);
			expect(answers).toHaveLength(steps.length);
			expect(wrong).toEqual([]);
		},
		300_000,
	);
});
