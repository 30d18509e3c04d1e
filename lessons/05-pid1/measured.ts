import * as v from "valibot";
import type { Observation } from "../../harness/judge/index.ts";

/** What this lesson's instruments have measured; a guest's word, so its form is looked at. */

/** Signals, a bit each, hexadecimal: see proc_pid_status(5). */
const mask = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What was pending for whom, all of them held, once signals had been sent to a container's init. */
const Delivery = v.object({
	/** Null when the command has ended. */
	command: v.nullable(mask),
	/** Whether the init still ran. */
	init: v.boolean(),
	/** Whether that was pid 1 of a PID namespace, and not the command itself. */
	ownInit: v.boolean(),
	/** What has become of the orphan that was ended before; `none` when there was no orphan. */
	orphan: v.picklist(["none", "running", "zombie", "reaped"]),
	/** What the command had started; nothing is pending for one that has ended. */
	others: v.array(v.object({ comm: v.string(), state: v.string(), pending: v.union([mask, v.literal("")]) })),
});

/** What came of a line that a command alone could read. */
const Finish = v.object({
	/** Whether the command was there to read it, and then ended. */
	ended: v.boolean(),
	/** How many orphans of its were there, to end at the same moment. */
	orphans: count,
	/** Whether the container ended before patience did. */
	over: v.boolean(),
});

export type Delivery = v.InferOutput<typeof Delivery>;
export type Finish = v.InferOutput<typeof Finish>;

/** What the two measurements of a container are called. */
export const deliveryTo = (container: string): string => `signals to ${container}`;
export const finishOf = (container: string): string => `last line to ${container}`;

/** What came of the signals to a container's init; undefined when it was not measured. */
export function readDelivery({ measured }: Observation, container: string): Delivery | undefined {
	const read = v.safeParse(Delivery, measured[deliveryTo(container)]);
	return read.success ? read.output : undefined;
}

/** What came of its command's last line; undefined when it was not measured. */
export function readFinish({ measured }: Observation, container: string): Finish | undefined {
	const read = v.safeParse(Finish, measured[finishOf(container)]);
	return read.success ? read.output : undefined;
}
