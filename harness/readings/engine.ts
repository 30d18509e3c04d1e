import * as v from "valibot";
import { count, record, text } from "./bounded-schemas.ts";
import { Namespaces } from "./namespaces.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Pid of the engine: the process that has called the exercise. */
	enginePid: count,
	/** Whether the engine's root is the host's. */
	engineInHostRoot: v.boolean(),
	engineNamespaces: Namespaces,
	/** The engine's cgroup. The text has the same form as a process's `cgroup`. */
	engineCgroup: text,
	/**
	 * The files at descriptors 0, 1 and 2 when the agent started the engine. The record has the same form as a
	 * process's `descriptors`.
	 */
	engineDescriptors: record(text, text),
};

/** The engine of the container that a process is in. */
export const engine: Subject<Record<never, never>, typeof process> = { host: {}, process };
