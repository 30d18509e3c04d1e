import type { Picture } from "./past.ts";

/** The names of the sets, as in capabilities(7). */
export type SetName = "permitted" | "effective" | "inheritable" | "ambient" | "bounding";

/** One of a process's capability sets. Capabilities are numbers, in ascending order. */
export interface SetPicture {
	name: SetName;
	held: number[];
	/** What the latest change has taken away. */
	lost: number[];
	/** What the latest change has added. All of these are also in `held`. */
	won: number[];
}

export interface CapabilitiesPicture extends Picture {
	/** The process that gets what is typed into the container's shell, with its effective user id; null if none was read. */
	process: { pid: number; name: string; uid: number } | null;
	/** How many capabilities there are. The numbers begin with 0. */
	capabilities: number;
	/** All five sets; empty if they were not read. */
	sets: SetPicture[];
	/** Before the latest change, and now. Both are equal if it did not change. */
	noNewPrivileges: { before: boolean; now: boolean };
	seccompFilters: { before: number; now: number };
}

export const isChanged = ({ lost, won }: SetPicture): boolean => lost.length + won.length > 0;

/** How many capabilities are in a set: "41", or "41 → 11" if the number has just changed. */
export function countText({ held, lost, won }: SetPicture): string {
	const before = held.length - won.length + lost.length;
	return before === held.length ? String(held.length) : `${before} → ${held.length}`;
}

/** "0", or "0 → 1" if it has just changed. */
export function valueText({ before, now }: { before: number | boolean; now: number | boolean }): string {
	return before === now ? String(Number(now)) : `${Number(before)} → ${Number(now)}`;
}
