import {
	BOX,
	commandAt,
	DURING,
	type FactValue,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { type Asked, askedOf, isRight, loggedCalls, shown, someOf } from "./answers.ts";
import type { Subject } from "./profiles.ts";
import { CALLS, DEFAULT, ENTERED, OPEN } from "./scenario.ts";

/** How many filters every program of a learner has: the kit's own. */
const FILTERS_OF_THE_KIT = 1;

/** Values that explanations ask for. */
export const NO_FILTER = "none";
export const ONE_FILTER = "one";

/** The containers that are asked about a subject. */
const BOTH = [BOX, OPEN];
const EACH = [BOX, OPEN, DEFAULT];

/** The facts of this lesson. They are missing if one of the commands was not running at the moment of the reading. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const entered = commandAt(observation, DURING, ENTERED);
	if (box === null) return {};
	const about = (subject: Subject, calls: readonly string[] = [BOX]) =>
		calls.flatMap((call) => askedOf(observation, call, drawn).filter(({ question }) => question.subject === subject));
	const wrongAbout = (subject: Subject, calls?: readonly string[]) => someOf(about(subject, calls));
	return {
		"filter.count": countOf(box),
		"filter.privileges": CALLS.filter((call) => isUnlimited(commandAt(observation, DURING, call))),
		answers: CALLS.filter((call) => askedOf(observation, call, drawn).some(({ got }) => got === undefined)),
		"calls.listed": wrongAbout("listed", BOTH),
		"calls.others": wrongAbout("others"),
		"calls.allowed": wrongAbout("allowed", BOTH),
		"calls.log": notLogged(observation, about("log")),
		"calls.kill": wrongAbout("kill", BOTH),
		"arch.i386": wrongAbout("i386", EACH),
		"arch.x32": wrongAbout("x32", EACH),
		"args.operators": wrongAbout("operators"),
		"args.mask": wrongAbout("mask"),
		"args.all": wrongAbout("all"),
		"args.alternatives": wrongAbout("alternatives"),
		"args.first": wrongAbout("first"),
		"args.number": wrongAbout("number"),
		"default.calls": wrongAbout("default", [DEFAULT]),
		"entered.filter": entered === null ? "not read" : countOf(entered),
		"entered.calls": someOf(askedOf(observation, ENTERED, drawn)),
	};
}

function countOf({ credentials: { seccompFilters } }: ProcessState): string {
	const own = seccompFilters - FILTERS_OF_THE_KIT;
	return own <= 0 ? NO_FILTER : own === 1 ? ONE_FILTER : String(own);
}

const isUnlimited = (command: ProcessState | null) => command?.credentials.noNewPrivileges === false;

/** A call that worked, and that the kernel has not written down. */
export const UNLOGGED = "not in the kernel's log";

function notLogged(observation: Observation, asked: readonly Asked[]): string[] {
	const logged = loggedCalls(observation);
	return asked.flatMap((one) => {
		if (!isRight(one)) return shown(one);
		return logged.includes(one.question.number) ? [] : `${one.question.name}: worked, and is ${UNLOGGED}`;
	});
}
