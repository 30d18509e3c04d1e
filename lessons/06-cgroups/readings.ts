import { BOX, type Context, commandAt, DURING, type HostState, type Observation } from "../../harness/judge/index.ts";
import { PARENT } from "./scenario.ts";

/** How to read what the kernel shows of the containers' cgroups. All of it was read from outside, by path. */

/** Files of one cgroup, by name. */
type Files = Readonly<Record<string, string>>;
type Seen = Pick<Context, "observation" | "drawn">;

/** When all has ended, or time was up. */
export const AFTER = "after";

/** The host at a moment; undefined when the run did not get that far. */
export const hostAt = ({ moments, after }: Observation, moment: string): HostState | undefined =>
	moment === AFTER ? after : moments[moment]?.host;

/** The path of a container's cgroup. @param name of the drawn id */
export const pathOf = (drawn: Seen["drawn"], name = "id"): string => `${PARENT}/${drawn[name]}`;

/** Whether a path is this cgroup or lies below it. */
export const within = (path: string, top: string): boolean => `${path}/`.startsWith(`${top}/`);

/** The cgroup that a container's command is in, as a path; undefined of one that does not run. */
export const cgroupOf = (observation: Observation, moment: string, container = BOX): string | undefined =>
	commandAt(observation, moment, container)?.cgroup.replace(/^.*?::/, "");

/** A file of the parent of all containers; undefined where it is not there. */
export const parentFile = (observation: Observation, name: string, moment = DURING): string | undefined =>
	hostAt(observation, moment)?.limits[PARENT]?.[name];

/** A file of a container's own cgroup, whether the command is in there or not. */
export const ownFile = ({ observation, drawn }: Seen, name: string, moment = DURING, id = "id"): string | undefined =>
	hostAt(observation, moment)?.limits[pathOf(drawn, id)]?.[name];

/** The cgroups below the container's own. */
export const cgroupsBelow = ({ observation, drawn }: Seen, moment: string, id = "id"): string[] =>
	(hostAt(observation, moment)?.cgroups ?? []).filter((path) => path.startsWith(`${pathOf(drawn, id)}/`));

/** The files of the container's cgroup and of all below it. */
export function own({ observation, drawn }: Seen, moment: string, id = "id"): Files[] {
	const cgroups = Object.entries(hostAt(observation, moment)?.limits ?? {});
	return cgroups.filter(([path]) => within(path, pathOf(drawn, id))).map(([, files]) => files);
}

/** Pids in the container's cgroup and below it. */
export const pidsIn = (seen: Seen, moment: string, id = "id"): number[] =>
	own(seen, moment, id).flatMap((files) => (files["cgroup.procs"] ?? "").split("\n").filter(Boolean).map(Number));

/**
 * What a limit comes to for a command: the smallest one on the way from its cgroup up to its container's. A limit
 * counts for all that is below it. `max` where there is none, also when no cgroup there has the file.
 */
export function limitOn(seen: Seen, name: string, container = BOX, id = "id", moment = DURING): string {
	const values = onTheWay(seen, moment, container, id)
		.map((files) => files[name] ?? "max")
		.filter((value) => !value.startsWith("max"));
	return values.toSorted((one, other) => amount(one) - amount(other))[0] ?? "max";
}

/**
 * How often something was counted in a file such as `memory.events.local`, from the command's cgroup up to its
 * container's. What somebody else ran into, in a cgroup beside the command's, is not among it.
 */
export function counted(seen: Seen, file: string, name: string, moment: string): number {
	const pattern = new RegExp(`^${name} (\\d+)$`, "m");
	const counts = onTheWay(seen, moment).map((files) => Number(pattern.exec(files[file] ?? "")?.[1] ?? 0));
	return Math.max(0, ...counts);
}

/** The most that the container has ever used, as the kernel remembers it: a file such as `pids.peak`. */
export const peak = (seen: Seen, file: string, moment: string): number => Number(ownFile(seen, file, moment) ?? 0);

// The files of each cgroup on the way from the command's up to its container's.
function onTheWay({ observation, drawn }: Seen, moment: string, container = BOX, id = "id"): Files[] {
	const from = cgroupOf(observation, moment, container) ?? "";
	const cgroups = Object.entries(hostAt(observation, moment)?.limits ?? {});
	return cgroups.filter(([path]) => within(path, pathOf(drawn, id)) && within(from, path)).map(([, files]) => files);
}

/** The part of a processor that cpu.max leaves: 0.55 for `55000 100000`. */
export function processors(max: string): number {
	const [quota = Number.NaN, period = Number.NaN] = max.split(" ").map(Number);
	return quota / period;
}

// cpu.max has two numbers, the others one.
const amount = (value: string) => (value.includes(" ") ? processors(value) : Number(value));

/** Whether the engine is in the container's cgroup. */
export const engineInside = ({ observation, drawn }: Seen): boolean =>
	within(commandAt(observation, DURING)?.engineCgroup.replace(/^.*?::/, "") ?? "", pathOf(drawn));
