import {
	BOX,
	commandAt,
	DURING,
	type FactValue,
	howItEnded,
	type Observation,
	type RandomInputs,
	taskIdentity,
} from "../../harness/judge/index.ts";
import {
	AFTER,
	cgroupOf,
	counterValue,
	engineInside,
	hostAt,
	isWithin,
	limitOn,
	parentFile,
	pathOf,
	peakUse,
	processors,
} from "./readings.ts";
import { BYSTANDER, EXCESS_BYTES, LIMITS_REACHED, REFUSED_PIDS, SECOND } from "./scenario.ts";

const LIMITS = ["memory.max", "pids.max", "cpu.max"];
/** The command had ended before the kernel's files were read. */
export const COMMAND_ENDED = "the command had ended";
/** The period of cpu.max, in microseconds, if none is given. */
export const USUAL_PERIOD_US = 100_000;
/** The container was started although one of its limits had been refused. */
export const STARTED_ANYWAY = "started anyway";
/** The limit was not in force when the command asked for more. */
export const EXCEEDED = "got more than the limit";

/** The facts that the cgroups show, and the effects of the limits. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const observed = { observation, drawn };
	const ending = (container: string) => howItEnded(observation.calls[container]?.ending);
	const facts: Record<string, FactValue> = {
		"second.ending": ending(SECOND),
		"refused.ending": joinFoundNoCgroup(observed) ? STARTED_ANYWAY : ending(REFUSED_PIDS),
		"second.limits": secondLimits(observed),
		"parent.limits": [...LIMITS, "memory.high", "memory.swap.max"].flatMap((name) => {
			const value = parentFile(observation, name) ?? "max";
			return value.startsWith("max") ? [] : [`${name}: ${value}`];
		}),
		bystander: bystander(observation),
	};
	if (commandAt(observation, DURING) === null) return facts;
	return {
		...facts,
		"command.cgroup": commandsCgroup(observed),
		engine: engineInside(observed) ? "the container's" : "another one",
		"limit.memory": limit(observed, "memory.max"),
		"limit.swap": limit(observed, "memory.swap.max"),
		"limit.pids": limit(observed, "pids.max"),
		"limit.cpus": limit(observed, "cpu.max", (cpus) => (cpus === "max" ? cpus : processors(cpus).toFixed(2))),
		"effect.memory": exceededMemory(observed)
			? EXCEEDED
			: effect(observed, ["memory.events.local", "oom_kill"], "killed", "not killed"),
		"effect.pids": exceededProcesses(observed)
			? EXCEEDED
			: effect(observed, ["pids.events.local", "max"], "refused", "never refused"),
		"effect.cpus": effect(observed, ["cpu.stat", "nr_throttled"], "throttled", "never throttled"),
	};
}

type Observed = { observation: Observation; drawn: RandomInputs };

// A cgroup below the container's own is right as well: the limits above it hold there, too.
function commandsCgroup({ observation, drawn }: Observed): string {
	const path = pathOf(drawn);
	const shown = (cgroup: string) => (isWithin(cgroup, path) ? path : cgroup);
	const first = shown(cgroupOf(observation, DURING) ?? "");
	const later = shown(cgroupOf(observation, LIMITS_REACHED) ?? first);
	return first === later ? `0::${first}` : `0::${first}, and later 0::${later}`;
}

function secondLimits(observed: Observed): FactValue {
	if (commandAt(observed.observation, DURING, SECOND) === null) return COMMAND_ENDED;
	return [...LIMITS, "memory.swap.max"].map((name) => {
		return `${name}: ${limitOn(observed, name, SECOND, "second")}`;
	});
}

// The limit is read twice: a limit that is there only at the first look limits nothing.
function limit(observed: Observed, name: string, format = (value: string) => value): string {
	const first = format(limitOn(observed, name));
	if (commandAt(observed.observation, LIMITS_REACHED) === null) return first;
	const later = format(limitOn(observed, name, BOX, "id", LIMITS_REACHED));
	return first === later ? first : `${first}, and later ${later}`;
}

// The kernel keeps the highest use so far. So a limit that was lifted and put back shows in that value.
const exceededMemory = (observed: Observed) =>
	peakUse(observed, "memory.peak", LIMITS_REACHED) + peakUse(observed, "memory.swap.peak", LIMITS_REACHED) >
	Number(observed.drawn["memoryMaxBytes"]) + EXCESS_BYTES / 2;
const exceededProcesses = (observed: Observed) =>
	peakUse(observed, "pids.peak", LIMITS_REACHED) > Number(observed.drawn["pidsMax"]);

// Whether the kernel's counter has grown since the command was told to go on.
function effect(observed: Observed, [file, name]: [string, string], ifCounted: string, otherwise: string): string {
	if (commandAt(observed.observation, LIMITS_REACHED, BOX) === null) return COMMAND_ENDED;
	return counterValue(observed, file, name, LIMITS_REACHED) > counterValue(observed, file, name, DURING)
		? ifCounted
		: otherwise;
}

// createCgroup returned, but join did not find the cgroup.
function joinFoundNoCgroup({ observation: { calls } }: Observed): boolean {
	const ending = calls[REFUSED_PIDS]?.ending;
	return ending?.how === "threw" && ending.inChild && /^ENOENT.*'\/sys\/fs\/cgroup\//.test(ending.thrown.message);
}

/** What became of a process that belongs to the host, not to a container. */
function bystander(observation: Observation): string {
	const known = observation.before.tasks.find(({ comm, ppid }) => comm === BYSTANDER && ppid === 1);
	if (known === undefined) return "did not exist before";
	const now = hostAt(observation, AFTER)?.tasks.find((task) => taskIdentity(task) === taskIdentity(known));
	return now !== undefined && now.state !== "Z" ? "still runs" : "was ended";
}
