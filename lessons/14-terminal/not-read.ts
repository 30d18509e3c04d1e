import { type Context, type FactRule, howItEnded } from "../../harness/judge/index.ts";
import { NOT_READ } from "./facts.ts";

/** The rule that the commands of the later containers run, and print their first line. */
export const laterCommands: FactRule = {
	fact: "later.commands",
	madeOf: "kernel",
	what: "the first of the other containers whose command the check did not see",
	followsFrom: [],
	explain: [
		{
			diagnosis: "command-never-ran",
			why: ({ observation, facts }) => {
				const name = [facts["later.commands"] ?? []].flat().join();
				const ending = observation.calls[name]?.ending;
				const end = ending?.how === "threw" ? `threw: ${ending.thrown.message}` : howItEnded(ending);
				return `The check waited in vain for this container's command and for its first line. The call “${name}” ${end}. Nothing could be read of this container and of those after it.`;
			},
			try: "Start such a container in npx drydock shell 14, and look at what it prints, or waits for.",
			see: [],
		},
	],
};

/** Completes a rule: a fact that could not be read is only a consequence of another finding, which says why. */
export function orNotRead(rule: FactRule): FactRule {
	const isNotRead = ({ facts }: Context) => facts[rule.fact] === NOT_READ;
	return {
		...rule,
		isConsequence: isNotRead,
		explain: [
			{
				when: isNotRead,
				diagnosis: "command-never-ran",
				why: "This could not be read. Possible causes: this container's command did not run, or has no terminal of its own.",
				try: "Start such a container in npx drydock shell 14, and look at its three streams.",
				see: [],
			},
			...rule.explain,
		],
	};
}
