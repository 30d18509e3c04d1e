import { BOX, type Context, commandAt, DURING, type HostState, type Observation } from "../../harness/judge/index.ts";
import { PARENT } from "./scenario.ts";

/** Reads what the kernel shows of the containers' cgroups. The agent reads all files from outside, by path. */

/** Files of one cgroup, by name. */
type Files = Readonly<Record<string, string>>;
type Observed = Pick<Context, "observation" | "drawn">;

/**
 * How explanations cite the kernel's documentation of cgroups, which is not in the virtual machine. The part "Words" of
 * this lesson's README.md says what the exercise needs of it.
 */
export const KERNEL_DOC = "cgroup-v2 (kernel documentation, online; in short: Words in lesson 06)";

/** The moment when all containers have ended, or time has run out. */
export const AFTER = "after";

/** The host's state at a moment; undefined if the run did not get that far. */
export const hostAt = ({ moments, after }: Observation, moment: string): HostState | undefined =>
	moment === AFTER ? after : moments[moment]?.host;

/** The path of a container's cgroup. @param name which drawn id, such as `id` or `second` */
export const pathOf = (drawn: Observed["drawn"], name = "id"): string => `${PARENT}/${drawn[name]}`;

/** Whether a path is this cgroup or lies below it. */
export const isWithin = (path: string, top: string): boolean => `${path}/`.startsWith(`${top}/`);

/** The path of the cgroup that a container's command is in; undefined if the command does not run. */
export const cgroupOf = (observation: Observation, moment: string, container = BOX): string | undefined =>
	commandAt(observation, moment, container)?.cgroup.replace(/^.*?::/, "");

/** A file of the parent of all containers' cgroups; undefined if the file does not exist. */
export const parentFile = (observation: Observation, name: string, moment = DURING): string | undefined =>
	hostAt(observation, moment)?.limits[PARENT]?.[name];

/** A file of the container's own cgroup, even if the command is elsewhere; undefined if there is no such file. */
export const containerFile = (
	{ observation, drawn }: Observed,
	name: string,
	moment = DURING,
	id = "id",
): string | undefined => hostAt(observation, moment)?.limits[pathOf(drawn, id)]?.[name];

/** Paths of the cgroups below the container's own. */
export const cgroupsBelow = ({ observation, drawn }: Observed, moment: string, id = "id"): string[] =>
	(hostAt(observation, moment)?.cgroups ?? []).filter((path) => path.startsWith(`${pathOf(drawn, id)}/`));

/** The files of the container's cgroup and of every cgroup below it. */
export function filesInContainer({ observation, drawn }: Observed, moment: string, id = "id"): Files[] {
	const cgroups = Object.entries(hostAt(observation, moment)?.limits ?? {});
	return cgroups.filter(([path]) => isWithin(path, pathOf(drawn, id))).map(([, files]) => files);
}

/** Pids of the processes in the container's cgroup and below it. */
export const pidsIn = (observed: Observed, moment: string, id = "id"): number[] =>
	filesInContainer(observed, moment, id).flatMap((files) =>
		(files["cgroup.procs"] ?? "").split("\n").filter(Boolean).map(Number),
	);

/**
 * The limit that holds for a command: the smallest value from the command's cgroup up to its container's cgroup,
 * because a limit holds for everything below it. `max` if there is no limit, or no such file.
 */
export function limitOn(observed: Observed, name: string, container = BOX, id = "id", moment = DURING): string {
	const values = filesUpToContainer(observed, moment, container, id)
		.map((files) => files[name] ?? "max")
		.filter((value) => !value.startsWith("max"));
	return values.toSorted((one, other) => amount(one) - amount(other))[0] ?? "max";
}

/**
 * The value of a counter in a file such as `memory.events.local`: the highest value from the command's cgroup up to its
 * container's cgroup. Events in a cgroup beside the command's do not count.
 */
export function counterValue(observed: Observed, file: string, name: string, moment: string): number {
	const pattern = new RegExp(`^${name} (\\d+)$`, "m");
	const counts = filesUpToContainer(observed, moment).map((files) => Number(pattern.exec(files[file] ?? "")?.[1] ?? 0));
	return Math.max(0, ...counts);
}

/** The highest use of the container so far, as the kernel has recorded it in a file such as `pids.peak`. */
export const peakUse = (observed: Observed, file: string, moment: string): number =>
	Number(containerFile(observed, file, moment) ?? 0);

// The files of each cgroup from the command's up to its container's.
function filesUpToContainer({ observation, drawn }: Observed, moment: string, container = BOX, id = "id"): Files[] {
	const from = cgroupOf(observation, moment, container) ?? "";
	const cgroups = Object.entries(hostAt(observation, moment)?.limits ?? {});
	return cgroups
		.filter(([path]) => isWithin(path, pathOf(drawn, id)) && isWithin(from, path))
		.map(([, files]) => files);
}

/** How many processors cpu.max allows: 0.55 for `55000 100000`. */
export function processors(max: string): number {
	const [quota = Number.NaN, period = Number.NaN] = max.split(" ").map(Number);
	return quota / period;
}

// cpu.max contains two numbers, the other files one.
const amount = (value: string) => (value.includes(" ") ? processors(value) : Number(value));

/** Whether the engine is in the container's cgroup. */
export const engineInside = ({ observation, drawn }: Observed): boolean =>
	isWithin(commandAt(observation, DURING)?.engineCgroup.replace(/^.*?::/, "") ?? "", pathOf(drawn));
