import { Option } from "commander";
import { boxOptions } from "../../engine/engine-at.ts";
import type { CommandSpec, OptionSpec } from "../command.ts";

/** Help for commands that connect the terminal with a machine. */
export const SESSION_HELP = `Each call gets a new virtual machine, which is removed when the command ends.
drydock exits with the command's exit code. In a pipe, drydock passes the
command's input and output on, byte for byte. To end a command that nothing else
ends, press Ctrl-] three times.`;

export const run: CommandSpec = {
	name: "run [words...]",
	usage: "[lesson] [options] -- [command...]",
	summary: "run a command in a container that your own engine makes: drydock run 05 -- sh",
	options: [
		["--solution", "use the reference's engine"],
		// The options of `box run`: drydock passes them on to `box`.
		...Object.entries(boxOptions()).map(([name, { value, help, repeats }]): OptionSpec => {
			const flag = value === undefined ? `--${name}` : `--${name} <${value.toLowerCase()}>`;
			return repeats ? [flag, `${help}; may be repeated`, several] : [flag, help];
		}),
	],
	help: SESSION_HELP,
	run: async (words, options, command) => {
		const { run } = await import("../session/run.ts");
		const { solution } = options;
		return run(...split(words, command.parent), { solution, given: givenToBox(options) });
	},
};

// Commander writes "--group-add" as groupAdd. box gets it as it was typed.
function givenToBox(options: Record<string, unknown>): [name: string, value: unknown][] {
	return Object.keys(boxOptions()).flatMap((name) =>
		[options[new Option(`--${name}`).attributeName()] ?? []].flat().map((value): [string, unknown] => [name, value]),
	);
}

// Collects the values of an option that is repeated.
function several(value: string, before: unknown): string[] {
	return [...((before ?? []) as string[]), value];
}

// The words after "--" belong to the command that is run. Commander does not separate them from the words before.
function split(words: string[], { rawArgs }: { rawArgs: string[] }): [before: string[], after: string[]] {
	const at = rawArgs.indexOf("--");
	const after = at === -1 ? [] : rawArgs.slice(at + 1);
	return [words.slice(0, words.length - after.length), after];
}
