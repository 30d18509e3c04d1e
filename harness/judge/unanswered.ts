import type { Observation } from "../protocol/index.ts";
import type { Finding } from "./compare.ts";

/**
 * Finds the questions of a check that a run did not answer. A missing answer is never right. Facts are derived from
 * answers, and an author of a check may overlook that an answer can be missing. So this module looks for missing
 * answers in every run whose facts are all right.
 */

/** Names what was read of the reference and not of this run, and the steps that this run waited for in vain. */
export function unansweredQuestions(observation: Observation, reference: Observation): string[] {
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

/** The finding for a run whose facts are all right, but in which some questions have no answer. */
export function unansweredFinding(questions: readonly string[]): Finding {
	return {
		fact: "questions",
		what: "the check's questions about the run",
		expected: "an answer to each of them",
		got: `no answer: ${questions.join(", ")}`,
		diagnosis: "unmeasured",
		explanation:
			"Everything that could be read is right, but some things could not be read. Possible causes: a process of the check was killed or kept from its work; a command ended too early, or did not wait where it should have.",
		try: "Look for signals to processes that are not yours, and for processes that read the command's input in its place.",
		see: [],
		followsFrom: [],
	};
}

// If a call's command was running at some moment of the reference's run, it must be running at that moment here.
function unseenCommands({ moments }: Observation, reference: Observation): string[] {
	return Object.entries(reference.moments).flatMap(([moment, { commands }]) =>
		Object.entries(commands)
			.filter(([name, seen]) => seen !== null && (moments[moment]?.commands[name] ?? null) === null)
			.map(([name]) => `the command of ${name} at the moment ${moment}`),
	);
}
