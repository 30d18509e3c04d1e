import * as v from "valibot";
import { count, record, text } from "./bounded-schemas.ts";
import { Namespaces } from "./namespaces.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Pid of the engine: the process that calls the exercise. In a stage, pid of the shell. */
	enginePid: count,
	/** Whether the engine's root is the host's. */
	engineInHostRoot: v.boolean(),
	engineNamespaces: Namespaces,
	/** The engine's cgroup. The text has the same form as a process's `cgroup`. */
	engineCgroup: text,
	/**
	 * The files at descriptors 0, 1 and 2 when the engine began. The record has the same form as a process's
	 * `descriptors`. Empty in a stage.
	 */
	engineDescriptors: record(text, text),
};

/** The engine that has started a process. In a stage, the shell takes the engine's place. */
export const engine: Subject<Record<never, never>, typeof process> = { host: {}, process };
