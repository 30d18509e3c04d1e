import {
	BOX,
	commandAt,
	DURING,
	type FactValue,
	type Observation,
	type RandomInputs,
	taskIdentity,
} from "../../harness/judge/index.ts";
import {
	AFTER,
	cgroupOf,
	counted,
	engineInside,
	hostAt,
	limitOn,
	parentFile,
	pathOf,
	peak,
	processors,
	within,
} from "./readings.ts";
import { BYSTANDER, REFUSED, SECOND, SPENT, TOO_MUCH_BYTES } from "./scenario.ts";

const LIMITS = ["memory.max", "pids.max", "cpu.max"];
/** The command had ended before the kernel's files were read. */
export const GONE = "the command had ended";
export const USUAL_PERIOD_US = 100_000;
/** The container was started although one of its limits had been refused. */
export const STARTED = "started all the same";
/** The limit was not in force when the command asked for more. */
export const EXCEEDED = "had more than it may";

/** The facts that the cgroups show, and the effects of the limits. */
export function derive(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const seen = { observation, drawn };
	const ending = (container: string) => observation.calls[container]?.ending.how ?? "not started";
	const facts: Record<string, FactValue> = {
		"second.ending": ending(SECOND),
		"refused.ending": joinedNothing(seen) ? STARTED : ending(REFUSED),
		"second.limits": secondLimits(seen),
		"parent.limits": [...LIMITS, "memory.high", "memory.swap.max"].flatMap((name) => {
			const value = parentFile(observation, name) ?? "max";
			return value.startsWith("max") ? [] : [`${name}: ${value}`];
		}),
		bystander: bystander(observation),
	};
	if (commandAt(observation, DURING) === null) return facts;
	return {
		...facts,
		"command.cgroup": commandsCgroup(seen),
		engine: engineInside(seen) ? "in it as well" : "outside",
		"limit.memory": limit(seen, "memory.max"),
		"limit.swap": limit(seen, "memory.swap.max"),
		"limit.pids": limit(seen, "pids.max"),
		"limit.cpus": limit(seen, "cpu.max", (cpus) => (cpus === "max" ? cpus : processors(cpus).toFixed(2))),
		"effect.memory": hadTooMuchMemory(seen)
			? EXCEEDED
			: effect(seen, ["memory.events.local", "oom_kill"], "killed", "not killed"),
		"effect.pids": hadTooManyProcesses(seen)
			? EXCEEDED
			: effect(seen, ["pids.events.local", "max"], "refused", "never refused"),
		"effect.cpus": effect(seen, ["cpu.stat", "nr_throttled"], "throttled", "never throttled"),
	};
}

type Seen = { observation: Observation; drawn: RandomInputs };

// A cgroup below the container's own is right as well: the limits above it hold there, too.
function commandsCgroup({ observation, drawn }: Seen): string {
	const path = pathOf(drawn);
	const at = (moment: string) => {
		const cgroup = cgroupOf(observation, moment);
		return cgroup === undefined || within(cgroup, path) ? path : cgroup;
	};
	const [first, later] = [at(DURING), at(SPENT)];
	return first === later ? `0::${first}` : `0::${first}, and later 0::${later}`;
}

function secondLimits(seen: Seen): FactValue {
	if (commandAt(seen.observation, DURING, SECOND) === null) return GONE;
	return [...LIMITS, "memory.swap.max"].map((name) => {
		return `${name}: ${limitOn(seen, name, SECOND, "second")}`;
	});
}

// The limit is read twice: a limit that is there only at the first look limits nothing.
function limit(seen: Seen, name: string, shown = (value: string) => value): string {
	const first = shown(limitOn(seen, name));
	if (commandAt(seen.observation, SPENT) === null) return first;
	const later = shown(limitOn(seen, name, BOX, "id", SPENT));
	return first === later ? first : `${first}, and later ${later}`;
}

// The kernel keeps the highest value. So a limit that was lifted and put back shows in that value.
const hadTooMuchMemory = (seen: Seen) =>
	peak(seen, "memory.peak", SPENT) + peak(seen, "memory.swap.peak", SPENT) >
	Number(seen.drawn["memoryMaxBytes"]) + TOO_MUCH_BYTES / 2;
const hadTooManyProcesses = (seen: Seen) => peak(seen, "pids.peak", SPENT) > Number(seen.drawn["pidsMax"]);

// Whether the kernel's counter has grown since the command was told to go on.
function effect(seen: Seen, [file, name]: [string, string], came: string, not: string): string {
	if (commandAt(seen.observation, SPENT, BOX) === null) return GONE;
	return counted(seen, file, name, SPENT) > counted(seen, file, name, DURING) ? came : not;
}

// createCgroup returned, but join did not find the cgroup.
function joinedNothing({ observation: { calls } }: Seen): boolean {
	const ending = calls[REFUSED]?.ending;
	return ending?.how === "threw" && ending.inChild && /^ENOENT.*'\/sys\/fs\/cgroup\//.test(ending.thrown.message);
}

/** What became of a process that belongs to the host, not to a container. */
function bystander(observation: Observation): string {
	const known = observation.before.tasks.find(({ comm, ppid }) => comm === BYSTANDER && ppid === 1);
	if (known === undefined) return "was never there";
	const now = hostAt(observation, AFTER)?.tasks.find((task) => taskIdentity(task) === taskIdentity(known));
	return now !== undefined && now.state !== "Z" ? "runs" : "was ended";
}
