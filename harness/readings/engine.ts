import * as v from "valibot";
import { count, record, text } from "./bounded.ts";
import { Namespaces } from "./namespaces.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Pid of the engine itself: the process that has called the exercise. */
	enginePid: count,
	/** Whether the engine's root is the host's. */
	engineInHostRoot: v.boolean(),
	engineNamespaces: Namespaces,
	/** Its cgroup, as `cgroup` is said. */
	engineCgroup: text,
	/** What the agent has started it with at 0, 1 and 2, said as `descriptors` are. */
	engineDescriptors: record(text, text),
};

/** The engine of the container that a process is in. */
export const engine: Subject<Record<never, never>, typeof process> = { host: {}, process };
