import * as v from "valibot";

/**
 * Schemas for the parts of a guest's readings. Each limits its size, because the computer outside does not trust the
 * guest.
 */

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const text = v.pipe(v.string(), v.maxLength(8192));
export const matching = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern));
/** A set of signals or capabilities, hexadecimal, one bit each: see proc_pid_status(5). */
export const mask = matching(/^[0-9a-f]{1,16}$/);
/** The same; empty if the process has just ended. */
export const maskOrNone = matching(/^[0-9a-f]{0,16}$/);
/** A device number as major:minor; empty if there is none. */
export const device = matching(/^(?:\d{1,10}:\d{1,10})?$/);
/** A SHA-256 digest, hexadecimal; empty if there is no content. */
export const digest = matching(/^(?:[0-9a-f]{64})?$/);
export const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(4096));

/** The most entries of a record: more than a process has files open. */
const ENTRIES_MAX = 1 << 16;

/**
 * A record whose keys come from the guest. Keys that are also members of every object, such as `toString`, are removed.
 * No reading has such a key, and code that looks up a key of one record in another one would find the inherited member.
 */
export const record = <T extends v.GenericSchema>(name: v.GenericSchema<string>, value: T) =>
	v.pipe(
		v.record(name, value),
		v.check((entries) => Object.keys(entries).length <= ENTRIES_MAX, "too many entries"),
		v.transform((entries) => {
			for (const key of Object.keys(entries)) if (key in Object.prototype) delete entries[key];
			return entries;
		}),
	);

/**
 * How long a value of any form is, in characters of JSON. Infinite if it is nested so deeply that JSON.stringify throws a
 * RangeError: JSON.parse has no such limit.
 */
export function jsonLength(value: unknown): number {
	try {
		return (JSON.stringify(value) ?? "").length;
	} catch {
		return Number.POSITIVE_INFINITY;
	}
}
