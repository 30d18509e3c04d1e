import * as v from "valibot";
import { count, device, list, text } from "./bounded.ts";
import type { Subject } from "./subject.ts";

/** A mount of a mount namespace, wherever it is: covered, or out of every path's reach. See listmount(2). */
const TableMount = v.object({ id: count, parentId: count, device, root: text, fstype: text });
export type TableMount = v.InferOutput<typeof TableMount>;

/**
 * Ways out of a root, tried by the agent from where a process stands: "" where one led to the host's files, otherwise why
 * it did not.
 */
const Ways = v.object({
	/** chroot(2) once more, with the current directory left above the new root; then up by "..". */
	climb: text,
	/** umount2("/", MNT_DETACH) and setns(2) into the same mount namespace, again and again. */
	uncover: text,
});

/** The ways, and the same ways out of a chroot of the agent's own on the host: unless those work, nothing is known. */
const Escape = v.object({ ...Ways.entries, control: Ways });
export type Escape = v.InferOutput<typeof Escape>;

const process = {
	/** All of its mount namespace, with what its root hides; null where the run does not ask for the break-out. */
	table: v.optional(v.nullable(list(TableMount)), null),
	/** What came of breaking out from where this process stands; null if it was not tried. A runner tries it: see escape.ts. */
	escape: v.nullable(Escape),
};

export const breakOut: Subject<Record<never, never>, typeof process, Record<never, never>> = {
	host: {},
	process,
	rehearsed: {},
};
