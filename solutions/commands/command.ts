import type { Option } from "../part.ts";

/** A command of `box`, such as `run`. */
export interface Command {
	/** The first argument of `box`. */
	name: string;
	/** What --help shows. */
	usage: string;
	options: Record<string, Option>;
	/** Runs the command. @param given returns the values of an option @param rest the words after the options */
	start(given: (option: string) => string[], rest: string[]): void;
}
