import {
	commandAt,
	DURING,
	type FactValue,
	howItEnded,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import { LINKED, NUMBER, PROOF, REFUSALS, type Refused } from "./scenario.ts";

/** The facts of this lesson. */
export function deriveUsers(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const refused = {
		"refused.name": refusal(observation, "unknownUser"),
		"refused.group": refusal(observation, "unknownGroup"),
		"refused.group-add": refusal(observation, "unknownGroupAdd"),
		"refused.minus-one": refusal(observation, "minusOneAsUser"),
		"refused.too-large": refusal(observation, "zeroAsGroup"),
	};
	if (box === null) return refused;
	const linked = commandAt(observation, DURING, LINKED);
	const number = commandAt(observation, DURING, NUMBER);
	return {
		...refused,
		back: box.files[PROOF] === null ? "refused" : "possible",
		"user.uids": idsOf(box.credentials.uids, drawn),
		"user.gids": idsOf(box.credentials.gids, drawn),
		"user.groups": groupsOf(box, drawn),
		"user.home": homeOf(box),
		"linked.ids": idsOfBoth(observation, LINKED, linked, drawn),
		"linked.groups": linked === null ? NOT_RUN : groupsOf(linked, drawn),
		"linked.home": linked === null ? NOT_RUN : homeOf(linked),
		"number.ids": idsOfBoth(observation, NUMBER, number, drawn),
		"number.groups": number === null ? NOT_RUN : groupsOf(number, drawn),
		"number.home": number === null ? NOT_RUN : homeOf(number),
	};
}

export const NOT_RUN = "the command did not run";

/** The real, effective, saved, and the file system's id: one word if all are equal, otherwise all four. */
function idsOf(ids: readonly number[], drawn: RandomInputs): string {
	const shown = ids.map((id) => nameOf(id, drawn));
	const [first = ""] = shown;
	return shown.every((id) => id === first) ? first : shown.join(", ");
}

const nameOf = (id: number, drawn: RandomInputs) => {
	const name = Object.keys(drawn).find((name) => drawn[name] === String(id));
	return name === undefined ? String(id) : `‹${name}›`;
};

/** The supplementary groups. Whether the command's own group is one of them is left open. */
function groupsOf({ credentials: { gids, groups } }: ProcessState, drawn: RandomInputs): string[] {
	return [...new Set(groups)]
		.filter((gid) => gid !== gids[1])
		.map((gid) => nameOf(gid, drawn))
		.toSorted();
}

function homeOf({ environment }: ProcessState): string {
	const homes = environment.filter((entry) => entry.startsWith("HOME=")).map((entry) => entry.slice("HOME=".length));
	return homes[0] ?? "not set";
}

function idsOfBoth(observation: Observation, call: string, command: ProcessState | null, drawn: RandomInputs): string {
	if (command === null) return `${NOT_RUN}: the engine ${howItEnded(observation.calls[call]?.ending)}`;
	const { uids, gids } = command.credentials;
	return `user ${idsOf(uids, drawn)}, group ${idsOf(gids, drawn)}`;
}

/** How the engine ended when it was asked for this container. */
function refusal({ calls }: Observation, container: Refused): string {
	const ending = calls[REFUSALS]?.ending;
	if (ending?.how !== "returned" || !Array.isArray(ending.value)) return `the engine ${howItEnded(ending)}`;
	return ending.value.includes(container) ? "the engine threw no exception" : "refused";
}
