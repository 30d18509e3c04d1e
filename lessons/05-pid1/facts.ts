import { BOX, commandAt, type Drawn, DURING, type FactValue, type Observation } from "../../harness/grade/index.ts";
import { AFTERWARDS, codeOf, HUNG_UP, POLITE } from "./scenario.ts";

/** What the facts about the orphans say of a container that they cannot be told of. */
export const ENDED_BEFORE = "unknown: the container had ended before";

/** Whether a signal was sent to the container's init, and the container ran on. */
export const ignored = ({ signals }: Observation, container = BOX) => signals[container] === "ignored";

/** The facts of this lesson alone. */
export function deriveFacts(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const during = commandAt(observation, DURING);
	const afterwards = commandAt(observation, AFTERWARDS);
	const facts: Record<string, FactValue> = {
		"orphans.zombies":
			afterwards === null ? ENDED_BEFORE : afterwards.tasks.filter(({ state }) => state === "Z").length,
		polite: howItEnded(observation, POLITE, drawn["polite"] ?? ""),
		"hung-up": howItEnded(observation, HUNG_UP, drawn["hungUp"] ?? ""),
	};
	if (during === null) return facts;

	// The command's own namespace is the innermost of those that number it.
	const depth = during.nsPids.length - 1;
	const inside = during.tasks.filter(({ nsPids }) => nsPids.length > depth);
	const init = inside.find(({ nsPids }) => nsPids[depth] === 1);
	const pids = inside.map(({ nsPids }) => nsPids[depth]).sort();
	facts["init"] =
		init === undefined ? "the host's" : init.pid === during.pid ? "the command itself" : "another process";
	if (during.procPids === null) facts["command.proc"] = "none: nothing is mounted there";
	else {
		const same = JSON.stringify(during.procPids.toSorted()) === JSON.stringify(pids);
		facts["command.proc"] = same ? "the container's" : "others than the container's";
	}
	return facts;
}

// An exit code that was drawn differs from run to run; that it was passed on does not.
function howItEnded(observation: Observation, container: string, drawn: string): string {
	const ending = observation.containers[container]?.ending;
	if (ignored(observation, container)) return "not at all, and was killed";
	if (ending?.how !== "returned") return ending?.how ?? "not started";
	return ending.value === codeOf(drawn)
		? "with its own exit code"
		: `with the exit code ${JSON.stringify(ending.value)}`;
}
