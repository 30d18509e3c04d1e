import type { Command } from "commander";

/**
 * What a command says of itself: all that its parser, its help and the shells' completion need. The module that does the
 * work is loaded when the command is called, so `help` and `list` need no virtual machine.
 */
export interface CommandSpec {
	/** Its name and its arguments, such as `check [lesson]`. */
	name: string;
	summary: string;
	/** What help shows in the place of its arguments and options. */
	usage?: string;
	options?: readonly OptionSpec[];
	/** Whether its options are not those of the commands below it. */
	ownOptions?: true;
	/** Follows its options in help. */
	help?: string;
	/** The commands below it. */
	commands?: readonly CommandSpec[];
	/** Is given what commander gives an action. @returns the exit code */
	run?(...args: Parameters<Action>): Promise<number>;
}

/** An option's flags, what it does, and what makes a value of its text. */
export type OptionSpec = readonly [flags: string, summary: string, parse?: (text: string, before: unknown) => unknown];

type Action = Parameters<Command["action"]>[0];

export const JSON_OPTION: OptionSpec = ["--json", "print one JSON document"];

/** Adds a command, and those below it, to its parent. When it has run, the process's exit code is set. */
export function declare(parent: Command, spec: CommandSpec): void {
	const { name, summary, usage, options = [], ownOptions = false, help, commands = [], run } = spec;
	const command = parent.command(name).description(summary).exitOverride().enablePositionalOptions(ownOptions);
	if (usage !== undefined) command.usage(usage);
	for (const [flags, does, parse] of options) {
		if (parse === undefined) command.option(flags, does);
		else command.option(flags, does, parse);
	}
	if (help !== undefined) command.addHelpText("after", `\n${help}`);
	if (run !== undefined)
		command.action(async (...args) => {
			process.exitCode = await run(...args);
		});
	for (const below of commands) declare(command, below);
}
