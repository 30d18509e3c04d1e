import {
	CAPABILITIES,
	type Context,
	capabilitiesIn,
	capabilityName,
	commandAt,
	DURING,
	type FactValue,
	howItEnded,
	type Observation,
	type ProcessState,
	type RandomInputs,
} from "../../harness/judge/index.ts";
import {
	askedFor,
	CLOCK,
	DISK_BYTES,
	EXEC,
	MOUNT_POINT,
	PRIVILEGED,
	type Privileges,
	SETUID,
	USER,
} from "./scenario.ts";

/** Values that explanations ask for. */
export const AS_ASKED = "as asked";
export const NONE = "none";
export const ALL = `all ${CAPABILITIES}`;
export const NOT_RUN = "the command did not run";

/** What root's command can reach of the host if it has the capabilities. */
const DISK = "raw bytes of the host's disk";
const MOUNT = "a mount of its own";
const RATE = "the rate of the host's clock";

/** The facts of this lesson. Most are missing if the first container's command was not running. */
export function deriveFacts(observation: Observation, drawn: RandomInputs): Record<string, FactValue> {
	const box = commandAt(observation, DURING);
	const asked = askedFor(drawn);
	const at = (call: string, moment = DURING) => commandAt(observation, moment, call);
	const of = (call: string, moment: string, derive: (process: ProcessState, asked: Privileges) => FactValue) => {
		const process = at(call, moment);
		const privileges = asked[call];
		if (process !== null && privileges !== undefined) return derive(process, privileges);
		return `${NOT_RUN}: the engine ${howItEnded(observation.calls[call]?.ending)}`;
	};
	const others: Record<string, FactValue> = {
		"user.ids": of(USER, DURING, (process) => idsOf(process, drawn)),
		"user.held": of(USER, DURING, ({ credentials: { permitted, capabilities } }, { ambient }) =>
			both("permitted", compared(permitted, ambient), "effective", compared(capabilities, ambient)),
		),
		"user.bounding": of(USER, DURING, ({ credentials }, { bounding }) => compared(credentials.boundingSet, bounding)),
		"user.passed": of(USER, DURING, ({ credentials: { inheritable, ambient } }, asked) =>
			both("inheritable", compared(inheritable, asked.ambient), "ambient", compared(ambient, asked.ambient)),
		),
		setuid: of(SETUID, DURING, (process) => gained(process, drawn)),
		"setuid.bounding": of(SETUID, DURING, ({ credentials }, { bounding }) =>
			compared(credentials.boundingSet, bounding),
		),
		"exec.sets": of(EXEC, DURING, deviations),
		privileged: of(PRIVILEGED, PRIVILEGED, (process, asked) => [
			...deviations(process, asked).map((deviation) => `not as asked: ${deviation}`),
			...reached(process, observation, CLOCK.during, CLOCK.privileged),
		]),
	};
	if (box === null) return others;
	const bounding = asked["box"]?.bounding ?? [];
	const { boundingSet, permitted, capabilities, inheritable, ambient, noNewPrivileges } = box.credentials;
	return {
		reached: reached(box, observation, CLOCK.before, CLOCK.during),
		"root.bounding": compared(boundingSet, bounding),
		"root.held": both("permitted", compared(permitted, bounding), "effective", compared(capabilities, bounding)),
		"root.passed": both("inheritable", compared(inheritable, []), "ambient", compared(ambient, [])),
		"root.no-new-privileges": noNewPrivileges ? "set" : "not set",
		...others,
	};
}

/** A fact as text, with what was drawn in place of names such as ‹low›. */
export function shown({ facts, drawn }: Context, fact: string): string {
	const text = [facts[fact] ?? []].flat().join(", ");
	return text.replace(/‹(\w+)›/g, (whole, name: string) => drawn[name] ?? whole);
}

/** How a set differs from the one that is asked for. */
function compared(mask: string, asked: readonly number[]): string {
	const set = capabilitiesIn(mask);
	const [extra, missing] = [without(set, asked), without(asked, set)];
	if (extra.length === 0 && missing.length === 0) return AS_ASKED;
	if (set.length === 0) return NONE;
	if (set.length === CAPABILITIES) return ALL;
	return [listed("too much", extra), listed("missing", missing)].filter(Boolean).join("; ");
}

const without = (set: readonly number[], other: readonly number[]) => set.filter((number) => !other.includes(number));

/** How many names a list shows. */
const SHOWN = 5;

function listed(what: string, set: readonly number[]): string {
	if (set.length === 0) return "";
	const names = set.slice(0, SHOWN).map(capabilityName).join(", ");
	return `${what}: ${names}${set.length > SHOWN ? `, and ${set.length - SHOWN} more` : ""}`;
}

const both = (name: string, one: string, otherName: string, other: string) =>
	one === other ? one : `${name}: ${one}; ${otherName}: ${other}`;

/** What differs from what is asked for, of a command that root runs. */
function deviations({ credentials }: ProcessState, { bounding, noNewPrivileges }: Privileges): string[] {
	const sets = {
		bounding: compared(credentials.boundingSet, bounding),
		permitted: compared(credentials.permitted, bounding),
		effective: compared(credentials.capabilities, bounding),
		inheritable: compared(credentials.inheritable, []),
		ambient: compared(credentials.ambient, []),
	};
	const wrong = Object.entries(sets).filter(([, value]) => value !== AS_ASKED);
	return [
		...wrong.map(([name, value]) => `${name}: ${value}`),
		...(credentials.noNewPrivileges === noNewPrivileges ? [] : ["no_new_privs"]),
	];
}

/** What the tries of root's command have reached. The two names are those of programs that have read the clock. */
function reached({ files, mounts }: ProcessState, observation: Observation, before: string, after: string): string[] {
	return [
		...((files[DISK_BYTES]?.size ?? 0) > 0 ? [DISK] : []),
		...(mounts.some(({ mountPoint }) => mountPoint === MOUNT_POINT) ? [MOUNT] : []),
		...(rateOf(observation, before) === rateOf(observation, after) ? [] : [RATE]),
	];
}

const rateOf = ({ programs }: Observation, name: string) =>
	/freq\.adjust:\s*(-?\d+)/.exec(programs[name]?.stdout ?? "")?.[1] ?? "unknown";

/** The ids and the groups: one word if they are those that are asked for. */
function idsOf({ credentials: { uids, gids, groups } }: ProcessState, { uid, gid, group }: RandomInputs): string {
	const rest = groups.filter((one) => one !== gids[1]).join(", ");
	const isAsked = uids.every((id) => String(id) === uid) && gids.every((id) => String(id) === gid) && rest === group;
	return isAsked ? AS_ASKED : `user ${uids.join(", ")}; group ${gids.join(", ")}; groups ${rest}`;
}

/** What a setuid program of root's has gained. */
function gained({ credentials }: ProcessState, { uid }: RandomInputs): string {
	const { uids, permitted, capabilities } = credentials;
	const sets = both("permitted", compared(permitted, []), "effective", compared(capabilities, []));
	const held = sets === AS_ASKED ? "no capabilities" : `capabilities: ${sets}`;
	const [, effective] = uids;
	const user = String(effective) === uid ? "its caller" : effective === 0 ? "root" : `user ${effective}`;
	return `runs as ${user}, with ${held}`;
}
