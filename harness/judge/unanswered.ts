import type { Observation } from "../protocol/index.ts";
import type { Finding } from "./compare.ts";

/**
 * A question that was not asked, or that has no answer, is never a right answer. Facts are made of answers, and an author
 * of a check can overlook that one is missing; here it is asked of every run, whatever its facts say.
 */

/** What was read of the reference, and not of this run; and what this run waited for in vain. */
export function unanswered(observation: Observation, reference: Observation): string[] {
	const missing = (kind: string, had: object, has: object) =>
		Object.keys(had)
			.filter((name) => !Object.hasOwn(has, name))
			.map((name) => `${kind} ${name}`);
	const unfinished = Object.entries(observation.programs).filter(([name, { code }]) => {
		const other = reference.programs[name];
		return code === null && other !== undefined && other.code !== null;
	});
	return [
		...missing("the call", reference.calls, observation.calls),
		...missing("the moment", reference.moments, observation.moments),
		...missing("the program", reference.programs, observation.programs),
		...missing("the question", reference.answers, observation.answers),
		...missing("the signal to", reference.signals, observation.signals),
		...missing("the measurement of", reference.measured, observation.measured),
		...unfinished.map(([name]) => `the end of the program ${name}`),
		...unseenCommands(observation, reference),
		...observation.givenUp.map((step) => `the step "${step}"`),
	];
}

/** What is found in a run in which every fact is right, and yet not every question has an answer. */
export function unansweredFinding(questions: readonly string[]): Finding {
	return {
		fact: "questions",
		what: "what the check asks of a run",
		expected: "all of it has an answer",
		got: `no answer: ${questions.join(", ")}`,
		diagnosis: "unmeasured",
		explanation:
			"All that could be read is as it should be, but part of it could not be read. Possible causes: a process of the check's own was ended or kept from its work, a command ended before its time, or it did not wait where it was to wait.",
		try: "Look for signals to processes that are not yours, and for what reads the command's input in its place.",
		see: [],
	};
}

// A call whose command was there when the reference was looked at has to have one.
function unseenCommands({ moments }: Observation, reference: Observation): string[] {
	return Object.entries(reference.moments).flatMap(([moment, { commands }]) =>
		Object.entries(commands)
			.filter(([name, seen]) => seen !== null && (moments[moment]?.commands[name] ?? null) === null)
			.map(([name]) => `the command of ${name} at the moment ${moment}`),
	);
}
