/** An option of the command line. */
export interface Option {
	/** One letter: `-v` is the same as `--volume`. */
	short?: string;
	/** The placeholder for the value in the usage text. Without it, the option is given or not, and has no value. */
	value?: string;
	/** What the usage text says about the option. */
	help: string;
	/** Whether the option may be given several times, and every value counts. Default: only the last one counts. */
	repeats?: boolean;
	/** The commands of `box` that have the option. Default: only `run`. */
	commands?: string[];
}

/** A command of `box`, such as `run`. */
export interface Command {
	/** The first argument of `box`. */
	name: string;
	/** What --help shows. */
	usage: string;
	options: Record<string, Option>;
	/**
	 * Runs the command.
	 * @param given as for `readOptions` in `Part`
	 * @param rest the words after the options
	 */
	start(given: (option: string) => string[], rest: string[]): void;
}
