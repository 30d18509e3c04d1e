import * as v from "valibot";
import { count, list, maskOrNone, text } from "./bounded-schemas.ts";
import { CAPABILITIES, capabilitiesIn, capabilityName } from "./capability-names.ts";
import { containerRow, type Inspection, type Subject } from "./subject.ts";

const Named = list(v.object({ id: count, name: text }));
const IdMap = list(v.object({ inside: count, outside: count, length: count }));

/** How a process's user and group numbers are mapped, and which names they have in its root. */
const Identity = v.object({
	/** The lines of /proc/PID/uid_map and gid_map. See user_namespaces(7). */
	uidMap: IdMap,
	gidMap: IdMap,
	/** The first entries of /etc/passwd and /etc/group in its root. */
	users: Named,
	groups: Named,
});
export type Identity = v.InferOutput<typeof Identity>;

const process = {
	credentials: v.object({
		/** The real, effective, saved and file system ids. */
		uids: list(count),
		gids: list(count),
		/** Supplementary groups. Empty in recordings from before they were read. */
		groups: v.optional(list(count), []),
		/** CapEff and CapBnd of /proc/PID/status. */
		capabilities: maskOrNone,
		boundingSet: maskOrNone,
		/** CapPrm, CapInh and CapAmb. Empty in recordings from before they were read, as are the next two. */
		permitted: v.optional(maskOrNone, ""),
		inheritable: v.optional(maskOrNone, ""),
		ambient: v.optional(maskOrNone, ""),
		/** NoNewPrivs: whether execve grants no new privileges. */
		noNewPrivileges: v.optional(v.boolean(), false),
		/** Seccomp_filters: how many system call filters it has. A learner's programs have one of the kit's own. */
		seccompFilters: v.optional(count, 0),
	}),
	/** Null if the run does not ask for it. */
	identity: v.nullable(Identity),
};

export const identity: Subject<Record<never, never>, typeof process> = { host: {}, process };

export const identityInspection: Inspection<typeof identity> = {
	section: "rights",
	rows: (_, { credentials }) => [
		containerRow("uid", fourIds(credentials.uids)),
		containerRow("gid", fourIds(credentials.gids)),
		containerRow("groups", credentials.groups.join(", ") || "none"),
		containerRow("CapEff", ...namesIn(credentials.capabilities)),
		containerRow("CapPrm", ...namesIn(credentials.permitted)),
		containerRow("CapInh", ...namesIn(credentials.inheritable)),
		containerRow("CapAmb", ...namesIn(credentials.ambient)),
		containerRow("CapBnd", ...namesIn(credentials.boundingSet)),
		containerRow("NoNewPrivs", credentials.noNewPrivileges ? "1" : "0"),
		containerRow("Seccomp_filters", String(credentials.seccompFilters)),
	],
};

/** How many names are in one line of a row. */
const NAMES_PER_LINE = 4;

// Names such as net_raw: the prefix CAP_ is the same for all.
function namesIn(mask: string): string[] {
	const set = capabilitiesIn(mask);
	if (set.length === 0 || set.length === CAPABILITIES) return [set.length === 0 ? "none" : `all ${CAPABILITIES}`];
	const names = set.map((number) => capabilityName(number).replace(/^CAP_/, "").toLowerCase());
	const lines = Math.ceil(names.length / NAMES_PER_LINE);
	return Array.from({ length: lines }, (_, line) =>
		names.slice(line * NAMES_PER_LINE, (line + 1) * NAMES_PER_LINE).join(", "),
	);
}

// One number if all four are equal, as they mostly are.
function fourIds(ids: readonly number[]): string {
	if (new Set(ids).size === 1) return String(ids[0]);
	return ids.map((id, index) => `${["real", "effective", "saved", "files"][index]} ${id}`).join(", ");
}
