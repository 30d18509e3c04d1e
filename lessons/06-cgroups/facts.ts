import { BOX, commandAt, type Drawn, DURING, type FactValue, type Observation } from "../../harness/grade/index.ts";
import { cgroupFile, engineInside, fileOf, REFUSED, SECOND, SPENT } from "./scenario.ts";

const LIMITS = ["memory.max", "pids.max", "cpu.max"];
/** Of a command that has not lived to be looked at. */
export const GONE = "the command had ended";
export const USUAL_PERIOD_US = 100_000;

/** The part of a processor that cpu.max leaves: "55000 100000" is 0.55. */
function cpus(max: string): string {
	const [quota, period] = max.split(" ").map(Number);
	const part = (quota ?? Number.NaN) / (period ?? Number.NaN);
	return Number.isNaN(part) ? max : part.toFixed(2);
}

// createCgroup has come back, and join has not found what it was to have made.
function joinedNothing({ containers }: Observation): boolean {
	const ending = containers[REFUSED]?.ending;
	return ending?.how === "threw" && /^ENOENT.*\/cgroup\.procs'/.test(ending.thrown.message);
}

/** What the cgroups show, and what came of the limits. */
export function derive(observation: Observation, drawn: Drawn): Record<string, FactValue> {
	const during = (name: string, container = BOX) => cgroupFile(observation, DURING, name, container);
	const ending = (container: string) => observation.containers[container]?.ending.how ?? "not started";
	const facts: Record<string, FactValue> = {
		"second.ending": ending(SECOND),
		"refused.ending": joinedNothing(observation) ? "started, and had nothing to join" : ending(REFUSED),
		"parent.limits": LIMITS.flatMap((name) => {
			const value = fileOf(observation, name) ?? "max";
			return value.startsWith("max") ? [] : [`${name}: ${value}`];
		}),
	};
	const process = commandAt(observation, DURING);
	if (process !== null)
		Object.assign(facts, {
			"command.cgroup": process.cgroup,
			engine: engineInside({ observation, drawn }) ? "in it as well" : "outside",
			"limit.memory": during("memory.max"),
			"limit.swap": during("memory.swap.max"),
			"limit.pids": during("pids.max"),
			"limit.cpus": cpus(during("cpu.max")),
		});
	facts["second.limits"] =
		commandAt(observation, DURING, SECOND) === null
			? GONE
			: [...LIMITS, "memory.swap.max"].map((name) => `${name}: ${during(name, SECOND).split(" ")[0]}`);
	if (process !== null) {
		const spent = commandAt(observation, SPENT) !== null;
		const effect = (file: string, name: string, came: string, not: string) => {
			const rose = new RegExp(`^${name} [1-9]`, "m").test(cgroupFile(observation, SPENT, file));
			return spent ? (rose ? came : not) : GONE;
		};
		facts["effect.memory"] = effect("memory.events", "oom_kill", "killed", "not killed");
		facts["effect.pids"] = effect("pids.events", "max", "refused", "never refused");
		facts["effect.cpus"] = effect("cpu.stat", "nr_throttled", "throttled", "never throttled");
	}
	return facts;
}
