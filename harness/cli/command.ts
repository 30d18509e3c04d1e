import type { Command } from "commander";

/**
 * Describes a command: everything that the parser, the help and the shells' completion need. `run` loads the module
 * that does the work, so `help` does not load the code for virtual machines.
 */
export interface CommandSpec {
	/** Its name and its arguments, such as `check [lesson]`. */
	name: string;
	summary: string;
	/** Shown in the help's usage line instead of the arguments and options. */
	usage?: string;
	options?: readonly OptionSpec[];
	/** Text that follows the options in the command's help. */
	help?: string;
	/** Its subcommands. */
	commands?: readonly CommandSpec[];
	/** Called with the arguments that commander passes to an action. @returns the exit code */
	run?(...args: Parameters<Action>): Promise<number>;
}

/**
 * An option's flags, its summary, and a function that parses its value. `before` is the value of the same option
 * earlier in the command line; undefined if there is none.
 */
export type OptionSpec = readonly [flags: string, summary: string, parse?: (text: string, before: unknown) => unknown];

type Action = Parameters<Command["action"]>[0];

export const JSON_OPTION: OptionSpec = ["--json", "print one JSON document"];

/** Adds a command and its subcommands to a parent. When a command has run, the process's exit code is set. */
export function declare(parent: Command, spec: CommandSpec): void {
	const { name, summary, usage, options = [], help, commands = [], run } = spec;
	const command = parent.command(name).description(summary).exitOverride();
	command.showHelpAfterError(`  try: ${helpCommandOf(command)}`);
	if (usage !== undefined) command.usage(usage);
	for (const [flags, does, parse] of options) {
		if (parse === undefined) command.option(flags, does);
		else command.option(flags, does, parse);
	}
	if (help !== undefined) command.addHelpText("after", `\n${help}`);
	if (run !== undefined)
		command.action(async (...args) => {
			const words = args.slice(0, -2);
			// If a command and its subcommand have an option of the same name, commander stores the value in the command
			// above. So this passes the options of both.
			process.exitCode = await run(...words, command.optsWithGlobals(), command);
		});
	for (const below of commands) declare(command, below);
}

// `help` takes only one word, so a subcommand's help is shown by --help.
function helpCommandOf(command: Command): string {
	const { parent } = command;
	const isTopLevel = parent?.parent == null;
	return isTopLevel ? `npx drydock help ${command.name()}` : `npx drydock ${parent.name()} ${command.name()} --help`;
}
