import { CAPABILITIES, capabilitiesIn } from "../../protocol/index.ts";
import type { KernelState } from "../events.ts";
import type { CapabilitiesPicture, SetName, SetPicture } from "./capabilities-picture.ts";
import { capabilityChangeText } from "./capability-changes.ts";
import { beforeLastChange, isReadOf, type ShellState, withoutGaps } from "./changes.ts";
import type { Past } from "./past.ts";
import { programName } from "./phrases.ts";

type Credentials = ShellState["credentials"];

/** The five sets in the order of their rows, with the field of the reading. */
const FIELDS: readonly (readonly [SetName, keyof Credentials & string])[] = [
	["permitted", "permitted"],
	["effective", "capabilities"],
	["inheritable", "inheritable"],
	["ambient", "ambient"],
	["bounding", "boundingSet"],
];

const NOTHING_READ: CapabilitiesPicture = {
	...{ process: null, capabilities: CAPABILITIES, sets: [], latestChange: "" },
	noNewPrivileges: { before: false, now: false },
	seccompFilters: { before: 0, now: 0 },
};

/**
 * The capability sets of the process that gets what is typed into the container's shell. Each set also says what it has
 * lost and won with the latest change.
 */
export function capabilitiesOf(past: Past): CapabilitiesPicture {
	const seen = withoutGaps(past).filter(({ view }) => isRead(view.shells["container"]));
	const now = seen.at(-1)?.view.shells["container"];
	if (now == null) return NOTHING_READ;
	const earlier = beforeLastChange(seen, comparedPart)?.view.shells["container"];
	const before = earlier ?? now;
	const sets = FIELDS.map(([name, field]) => setOf(name, maskAt(before, field), maskAt(now, field)));
	const all = sets.flatMap(({ held, lost }) => [...held, ...lost]);
	const picture: CapabilitiesPicture = {
		process: processOf(now, seen),
		capabilities: Math.max(CAPABILITIES, ...all.map((capability) => capability + 1)),
		sets,
		noNewPrivileges: { before: before.credentials.noNewPrivileges, now: now.credentials.noNewPrivileges },
		seccompFilters: { before: before.credentials.seccompFilters, now: now.credentials.seccompFilters },
		latestChange: "",
	};
	const previous = earlier == null ? null : processOf(earlier, seen);
	return { ...picture, latestChange: capabilityChangeText(previous, picture) };
}

/** Whether the five sets of a shell's process were read. Older recordings have only two of them. */
export const hasCapabilitySets = (view: KernelState): boolean => isReadOf(view, isRead);

// The sets are also empty if the process ended while it was read.
const isRead = (shell: ShellState | null | undefined) => shell != null && shell.credentials.permitted !== "";

function comparedPart({ shells }: KernelState): unknown {
	const shell = shells["container"];
	if (shell == null) return null;
	const { noNewPrivileges, seccompFilters } = shell.credentials;
	return [...FIELDS.map(([, field]) => maskAt(shell, field)), noNewPrivileges, seccompFilters];
}

const maskAt = ({ credentials }: ShellState, field: keyof Credentials) => String(credentials[field]);

function setOf(name: SetName, before: string, now: string): SetPicture {
	const [old, held] = [capabilitiesIn(before), capabilitiesIn(now)];
	return {
		...{ name, held },
		lost: old.filter((capability) => !held.includes(capability)),
		won: held.filter((capability) => !old.includes(capability)),
	};
}

function processOf(shell: ShellState, seen: Past): NonNullable<CapabilitiesPicture["process"]> {
	const { pid, credentials } = shell;
	// The process may have ended since it was read, or it has executed another program since.
	const moment =
		seen.findLast(({ view }) => view.shells["container"] === shell && taskIn(view, pid) !== undefined) ??
		seen.findLast(({ view }) => taskIn(view, pid) !== undefined);
	const task = moment && taskIn(moment.view, pid);
	return { pid, name: task === undefined ? "a process" : programName(task), uid: credentials.uids[1] ?? 0 };
}

const taskIn = ({ host }: KernelState, pid: number) => host.tasks.find((one) => one.pid === pid);
