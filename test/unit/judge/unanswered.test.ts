import { describe, expect, test } from "vitest";
import { unansweredFinding, unansweredQuestions } from "../../../harness/judge/unanswered.ts";
import type { Observation } from "../../../harness/protocol/index.ts";
import { hostState, observation, processState } from "../../support/observation.ts";

const program = (code: number | null) => ({ code, stdout: "", stderr: "" });
const reference = observation({
	programs: { asked: program(0) },
	signals: { polite: "ended" },
	measured: { told: { ended: true, orphans: 1 } },
});
const moment = { host: hostState(), commands: { box: processState() } };

test("a run with the same questions and answers as the reference's lacks nothing", () => {
	expect(unansweredQuestions(reference, reference)).toEqual([]);
});

test("additional answers, and how the run's programs ended, do not matter", () => {
	const more = { ...reference, programs: { asked: program(1), other: program(null) } };
	expect(unansweredQuestions(more, reference)).toEqual([]);
});

describe("a question without an answer is named", () => {
	test.each<[what: string, run: Partial<Observation>, named: string]>([
		["a program that was not run", { programs: {} }, "the program asked"],
		[
			"a program that was ended before it had answered",
			{ programs: { asked: program(null) } },
			"the end of the program asked",
		],
		["a signal that was not sent", { signals: {} }, "the signal to polite"],
		["what no instrument has measured", { measured: {} }, "the measurement of told"],
		["a moment that never came", { moments: {} }, "the moment during"],
		["a call that was not made", { calls: {} }, "the call box"],
		["a step that was given up", { givenUp: ["feed box"] }, 'the step "feed box"'],
		[
			"a command that had ended when it was looked at",
			{ moments: { during: { ...moment, commands: { box: null } } } },
			"the command of box at the moment during",
		],
	])("%s", (_what, run, named) => {
		const questions = unansweredQuestions({ ...reference, ...run }, reference);
		expect(questions).toContain(named);
		expect(unansweredFinding(questions).got).toContain(named);
	});
});
