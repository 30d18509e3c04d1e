import { writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { _exit, getpid } from "#kernel";
import type { Command } from "./commands/command.ts";
import { execCommand } from "./commands/exec.ts";
import { psCommand } from "./commands/ps.ts";
import { runCommand } from "./commands/run.ts";
import { parts, partsOf } from "./part.ts";
import { fail } from "./supervise.ts";

/**
 * The commands of `box`. The first argument names one. `run` always exists; `exec` and `ps` exist if a lesson's part has
 * options for `exec`. Other commands come from the parts themselves.
 */
const COMMANDS: readonly Command[] = [
	...[runCommand, ...(partsOf("exec").length > 0 ? [execCommand, psCommand] : [])],
	...parts.flatMap(({ commands = [] }) => commands),
];

const HELP = new Set<string | undefined>(["--help", "-h", "help"]);

// LD_PRELOAD is for this program, not for the commands that it runs.
delete process.env["LD_PRELOAD"];
// Node reads the pid once and keeps the number, so a forked process would see its parent's pid.
Object.defineProperty(process, "pid", { get: getpid });
try {
	main(process.argv.slice(2));
} catch (error) {
	fail((error as Error).message);
}

function main([name, ...args]: string[]): void {
	const command = COMMANDS.find((known) => known.name === name);
	const usage = (command === undefined ? COMMANDS : [command]).map((shown) => shown.usage).join("\n");
	if (HELP.has(name)) show(usage);
	if (command === undefined)
		throw new Error(`${name === undefined ? "no command was given" : `there is no command ${name}`}\n${usage}`);
	const flags = Object.entries(command.options).map(
		([option, { value, short, repeats = false }]) =>
			[
				option,
				{
					type: value === undefined ? "boolean" : "string",
					multiple: repeats,
					...(short === undefined ? {} : { short }),
				},
			] as const,
	);
	const options = { ...Object.fromEntries(flags), help: { type: "boolean", short: "h" } } as const;
	// Box's own options end at the first word that is not an option. What follows belongs to the command, even if it
	// looks like an option.
	const { tokens } = parseArgs({ args, options, strict: false, tokens: true });
	const first = tokens.find(({ kind }) => kind === "positional")?.index ?? args.length;
	const values: Record<string, unknown> = parseArgs({ args: args.slice(0, first), options }).values;
	if (values["help"]) show(usage);
	command.start((option) => [values[option] ?? []].flat() as string[], args.slice(first));
}

function show(text: string): never {
	writeSync(1, text);
	_exit(0);
}
