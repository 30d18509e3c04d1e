import { count, list, text } from "./bounded.ts";
import type { Subject } from "./subject.ts";

const process = {
	/** Its arguments, the program's name first, and its environment, as execve was given them. */
	arguments: list(text),
	environment: list(text),
	/** How many processes have become a program with the same arguments, the token among them: itself, and any second one. */
	copies: count,
};

/** The program that a process has become. */
export const program: Subject<Record<never, never>, typeof process> = { host: {}, process };
