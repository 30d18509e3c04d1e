import * as v from "valibot";
import { count, device, list, text } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

/** A mount of a mount namespace, even one that another mount covers or that no path leads to. See listmount(2). */
const NamespaceMount = v.object({ id: count, parentId: count, device, root: text, fstype: text });
export type NamespaceMount = v.InferOutput<typeof NamespaceMount>;

/**
 * Ways to break out of a root, which the agent tries from where a process stands. Each is "" if it led to the host's
 * files; otherwise the reason why it did not.
 */
const EscapeAttempts = v.object({
	/** A second chroot(2) while the current directory stays outside of the new root; then up by "..". */
	climb: text,
	/** umount2("/", MNT_DETACH) and setns(2) into the same mount namespace, repeatedly. */
	uncover: text,
});

/**
 * The attempts from where the process stands; and `control`, the same attempts from roots that the agent itself has made
 * on the host. If the control does not break out, the result proves nothing.
 */
const Escape = v.object({ ...EscapeAttempts.entries, control: EscapeAttempts });
export type Escape = v.InferOutput<typeof Escape>;

const process = {
	/**
	 * All mounts of its mount namespace, even those that its root hides; null if the run does not ask for the break-out.
	 */
	table: v.optional(v.nullable(list(NamespaceMount)), null),
	/**
	 * The result of breaking out from where this process stands; null if it was not tried, or if the runner that tried it
	 * ended without a result. See harness/guest/escape.ts.
	 */
	escape: v.nullable(Escape),
};

export const breakOut: Subject<Record<never, never>, typeof process> = {
	host: {},
	process,
};
