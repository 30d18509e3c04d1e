import * as v from "valibot";

/** The pieces that a guest's readings are made of: each is bounded, as the guest is not to be trusted. */

export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const text = v.pipe(v.string(), v.maxLength(8192));
export const written = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern));
/** Signals or capabilities, a bit each, hexadecimal: see proc_pid_status(5). A process that has just ended may have none. */
export const mask = written(/^[0-9a-f]{1,16}$/);
export const maskOrNone = written(/^[0-9a-f]{0,16}$/);
/** major:minor; empty where there is no device. */
export const device = written(/^(?:\d{1,10}:\d{1,10})?$/);
/** SHA-256, hexadecimal; empty where there is no content. */
export const digest = written(/^(?:[0-9a-f]{64})?$/);
export const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(4096));

/** More than a process has files open. */
const NAMES_MAX = 1 << 16;

/**
 * By names that the guest says. One that every object has a member of, such as `toString`, names nothing that is read, and
 * is left out: whoever looks for what another record names would find that member.
 */
export const record = <T extends v.GenericSchema>(name: v.GenericSchema<string>, value: T) =>
	v.pipe(
		v.record(name, value),
		v.check((said) => Object.keys(said).length <= NAMES_MAX, "too many names"),
		v.transform((said) => {
			for (const key of Object.keys(said)) if (key in Object.prototype) delete said[key];
			return said;
		}),
	);
