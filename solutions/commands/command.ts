import type { Option } from "../part.ts";

/** What `box` can be told to do. */
export interface Command {
	/** The first argument. */
	name: string;
	/** What --help shows. */
	usage: string;
	options: Record<string, Option>;
	/**
	 * @param given the values of an option
	 * @param rest what comes after the options
	 */
	start(given: (option: string) => string[], rest: string[]): void;
}
