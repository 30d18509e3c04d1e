import { type Check, type Context, EARLY_END, type Explanation, FAILED_START, type FactRule } from "./check.ts";
import { rulesOf } from "./common.ts";
import { endingExplanations } from "./endings.ts";
import { withInputs } from "./facts.ts";
import type { Facts, FactValue } from "./values.ts";

/** One fact that differs between the exercise and the reference, with an explanation. */
export interface Finding {
	fact: string;
	/** What the fact is about, in words. */
	what: string;
	expected: FactValue;
	got: FactValue;
	diagnosis: string;
	explanation: string;
	try: string;
	see: string[];
	misconception?: number;
	/** Facts of other findings that this one probably follows from. With none, it is a mistake of its own. */
	followsFrom: string[];
}

/**
 * Compares an exercise's facts with the reference's.
 * @param reference the reference solution's facts, from a run of its own
 * @returns the findings, in the order of the check's rules; none when the exercise is right
 */
export function compare(check: Check, context: Context, reference: Facts): Finding[] {
	const ended = endingFinding(check, context, reference);
	const rules = rulesOf(check).filter(({ fact }) => fact !== "ending");
	const found = (rule: FactRule): Finding[] => {
		const got = context.facts[rule.fact];
		const expected = reference[rule.fact];
		if (expected === undefined) throw new Error(`the reference shows no fact ${rule.fact}`);
		// After a wrong ending, not everything can be read. The finding about the ending explains that.
		if (got === undefined) return ended.length > 0 ? [] : unmeasured(rule, expected, context);
		if (isEqual(got, expected) || rule.accept?.(got, context)) return [];
		return [finding(rule, expected, got, choose(rule.explain, context), context)];
	};
	const isConsequence = (rule: FactRule) => rule.isConsequence?.(context) ?? false;
	const causes = [...ended, ...rules.filter((rule) => !isConsequence(rule)).flatMap(found)];
	const findings = causes.length > 0 ? causes : rules.filter(isConsequence).flatMap(found);
	return withCauses(findings, context);
}

/**
 * Keeps one finding for each explanation: one cause often changes several facts, while the command runs and afterwards.
 * Then replaces the names in `followsFrom` by the facts of the findings that they stand for. Drops names for which there
 * is no finding.
 */
function withCauses(findings: readonly Finding[], context: Context): Finding[] {
	const endedEarly = context.ending.how !== "returned" || context.facts["command.ran"] === false;
	const namesOfEnding = [
		...(endedEarly ? [EARLY_END] : []),
		...(endedEarly && !wentWrongLater(context) ? [FAILED_START] : []),
	];
	const shown = new Map<string, Finding>();
	const shownFor = new Map<string, string>();
	for (const found of findings) {
		const { fact, diagnosis, explanation } = found;
		if (!shown.has(explanation)) shown.set(explanation, found);
		const names = [fact, `${fact}/${diagnosis}`, ...(fact === "ending" ? namesOfEnding : [])];
		for (const name of names) shownFor.set(name, shown.get(explanation)?.fact ?? fact);
	}
	return [...shown.values()].map((found) => {
		const causes = new Set(found.followsFrom.flatMap((name) => shownFor.get(name) ?? []));
		return { ...found, followsFrom: [...causes].filter((fact) => fact !== found.fact) };
	});
}

/**
 * Whether the command had run when the exercise went wrong: the engine waited for ever, or threw an exception after it
 * had waited for a child.
 */
function wentWrongLater({ ending, facts, ledger }: Context): boolean {
	if (facts["command.ran"] !== true) return false;
	const hasWaited = ledger.some(({ task, call, result = 0 }) => task === "1" && call === "waitpid" && result > 0);
	return ending.how === "hung" || (ending.how === "threw" && hasWaited);
}

// The ending is right, so something prevented the agent from reading the fact. A missing fact is never right.
function unmeasured(rule: FactRule, expected: FactValue, context: Context): Finding[] {
	const explanation: Explanation = {
		diagnosis: "unmeasured",
		why: "This could not be read from the kernel. Possible cause: a process of the check was killed or kept from its work.",
		try: "If there are other findings, mend those first. Otherwise look for signals to processes that are not yours, and for changes to the host's files and mounts.",
		see: [],
	};
	return [finding(rule, expected, "nothing that could be read", explanation, context)];
}

// The finding about how the run ended. It also covers a command that never ran. An exception is shown with its message.
function endingFinding(check: Check, context: Context, reference: Facts): Finding[] {
	const got = context.facts["ending"] ?? "";
	const expected = reference["ending"] ?? "";
	if (isEqual(got, expected) && context.facts["command.ran"] === reference["command.ran"]) return [];
	const { thrown } = context;
	const neverRan = context.facts["command.ran"] === false ? `${got}, but the command never ran` : got;
	const shown = thrown === null ? neverRan : `${thrown.name}: ${thrown.message}`;
	const explanation = choose([...check.exceptions, ...endingExplanations(check)], context);
	return [finding({ fact: "ending", what: "how it ended" }, expected, shown, explanation, context)];
}

function finding(
	{ fact, what, followsFrom = [EARLY_END] }: Pick<FactRule, "fact" | "what" | "followsFrom">,
	expected: FactValue,
	got: FactValue,
	explanation: Explanation,
	context: Context,
): Finding {
	const { diagnosis, why, misconception, see } = explanation;
	return {
		fact,
		what,
		expected: withInputs(expected, context.drawn),
		got: withInputs(got, context.drawn),
		diagnosis,
		explanation: typeof why === "string" ? why : why(context),
		try: explanation.try,
		see,
		...(misconception === undefined ? {} : { misconception }),
		followsFrom: [...(explanation.followsFrom ?? followsFrom)],
	};
}

function choose(explanations: readonly Explanation[], context: Context): Explanation {
	const fitting = explanations.find(({ when }) => when === undefined || when(context));
	if (fitting === undefined) throw new Error("a check has a fact without an explanation that always fits");
	return fitting;
}

const isEqual = (one: FactValue, other: FactValue) => JSON.stringify(one) === JSON.stringify(other);
