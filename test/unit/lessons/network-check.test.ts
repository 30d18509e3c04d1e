import { expect, test } from "vitest";
import { contextOf } from "../../../harness/judge/context.ts";
import type { CallReport } from "../../../harness/protocol/index.ts";
import check from "../../../lessons/08-network/check.ts";
import { facts, RIGHT } from "../../../lessons/08-network/facts.ts";
import { ENDED, HALF_WAY, NOT_ASKED } from "../../../lessons/08-network/scenario.ts";
import { hostState, observation } from "../../support/observation.ts";

// Lesson 08 reports one finding for one cause: a fact is excused if an earlier fact is wrong. That earlier fact must
// have failed. Otherwise an exercise could pass although something was never seen.

const context = contextOf(check, observation(), {});
const ORDER = facts.map(({ fact }) => fact);

test.each(ORDER)("%s is not excused by itself, nor by what comes after it", (first) => {
	const rule = facts.find(({ fact }) => fact === first);
	const later = ORDER.slice(ORDER.indexOf(first));
	const right = Object.fromEntries(RIGHT);
	const wrong = { ...right, ...Object.fromEntries(later.map((fact) => [fact, NOT_ASKED])) };
	expect(rule?.accept?.(NOT_ASKED, { ...context, facts: wrong })).toBe(false);
});

test("a run without any answer derives every fact, and no fact from an answer is right", () => {
	const derived = check.derive?.(observation(), {}) ?? {};
	const answers = facts.filter(({ madeOf }) => madeOf === "answer").map(({ fact }) => fact);
	expect(answers.filter((fact) => derived[fact] === undefined || derived[fact] === RIGHT.get(fact))).toEqual([]);
});

test("a helper process that is left behind is found, also if time ran out during the third container", () => {
	const keeper = { pid: 99, startTicks: 9, ppid: 1, comm: "busybox", state: "S", nsPids: [99] };
	const host = hostState({ tasks: [...hostState().tasks, keeper] });
	const seen = observation({ moments: { [ENDED]: { host, commands: {} } }, after: host });
	const [box] = Object.values(seen.calls) as [CallReport];
	const calls = (how: CallReport["ending"]) => ({ ...seen.calls, [HALF_WAY]: { ...box, ending: how } });
	const left = (how: CallReport["ending"], after = host) =>
		check.derive?.({ ...seen, after, calls: calls(how) }, {})["left.helpers"];
	expect(left({ how: "returned", value: 0 })).toEqual(["busybox (S)"]);
	expect(left({ how: "hung", tasks: [], waitsIn: {} })).toEqual(["busybox (S)"]);
	const working = hostState({ tasks: [...host.tasks, { ...keeper, pid: 100 }] });
	expect(left({ how: "hung", tasks: [], waitsIn: {} }, working)).toEqual(["busybox (S)"]);
});
