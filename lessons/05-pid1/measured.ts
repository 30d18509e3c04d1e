import * as v from "valibot";
import type { Observation } from "../../harness/judge/index.ts";

/** What this lesson's instruments have measured. It comes from the guest, so its form is checked. */

/** A set of signals in hexadecimal, one bit for each: see proc_pid_status(5). */
const mask = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,16}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Which signals were pending for which of the frozen processes, after signals had been sent to a container's init. */
const Delivery = v.object({
	/** Pending for the command; null when the command has ended, or did not run when signals were to be sent. */
	command: v.nullable(mask),
	/** Whether the init still ran; false when no signals were sent. */
	init: v.boolean(),
	/** Whether the init was another process than the command; false when no signals were sent. */
	ownInit: v.boolean(),
	/** What has become of the orphan that was killed before; `none` when there was no orphan. */
	orphan: v.picklist(["none", "running", "zombie", "reaped"]),
	/** The processes that the command had started. `pending` is empty for a process that has ended. */
	others: v.array(v.object({ comm: v.string(), state: v.string(), pending: v.union([mask, v.literal("")]) })),
});

/** What happened after a line that only the command could read. */
const LastLine = v.object({
	/** Whether the command was there to read the line, and then ended. */
	ended: v.boolean(),
	/** How many orphans there were. If there was only one, the same line ends it. */
	orphans: count,
	/** Whether the container ended before time ran out. */
	over: v.boolean(),
});

export type Delivery = v.InferOutput<typeof Delivery>;
export type LastLine = v.InferOutput<typeof LastLine>;

/** Names of the two measurements of a container. */
export const deliveryTo = (container: string): string => `signals to ${container}`;
export const lastLineTo = (container: string): string => `last line to ${container}`;

/** Which signals arrived after they were sent to a container's init; undefined if that was not measured. */
export function readDelivery({ measured }: Observation, container: string): Delivery | undefined {
	const read = v.safeParse(Delivery, measured[deliveryTo(container)]);
	return read.success ? read.output : undefined;
}

/** What happened after the last line to a container's command; undefined if that was not measured. */
export function readLastLine({ measured }: Observation, container: string): LastLine | undefined {
	const read = v.safeParse(LastLine, measured[lastLineTo(container)]);
	return read.success ? read.output : undefined;
}
