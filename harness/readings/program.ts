import { count, list, text } from "./bounded-schemas.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Its arguments, the program's name first, and its environment, as execve received them. */
	arguments: list(text),
	environment: list(text),
	/**
	 * How many processes have these arguments, this process included. Forked children that have not called execve do not
	 * count. The call's token is one of the arguments, so more than one means that the command was started more than
	 * once.
	 */
	copies: count,
};

/** The program that a process executes. */
export const program: Subject<Record<never, never>, typeof process> = { host: {}, process };
