import { Command, CommanderError } from "commander";
import { EXIT, EXIT_MEANINGS, failureOf } from "../base/failure.ts";
import { interruption, stopInGoodOrder } from "../base/interrupt.ts";
import { printable } from "../base/printable.ts";
import { interruptedStep } from "../base/progress.ts";
import { declare } from "./command.ts";
import { completion } from "./commands/completion.ts";
import { COMMANDS } from "./commands.ts";
import { drydockCommandIn } from "./text/drydock-command.ts";
import { filterOutput } from "./text/output-filter.ts";

/**
 * Runs the command line.
 * @param args what comes after `drydock`
 * @returns the exit code: 0 passed, 1 not passed, 2 usage, 3 this computer cannot, 4 drydock failed, 130 interrupted.
 * `run` and `shell` return the exit code of the program that they run
 */
export async function main(args: string[]): Promise<number> {
	stopInGoodOrder();
	// Errors that nothing catches. Node itself would exit with 1, which means that an exercise has not passed.
	process.on("uncaughtException", (error) => process.exit(explain(error)));
	// A reader that takes only the beginning, such as head(1), is not a failure. The exit code stays the verdict's.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
	});
	const isCompleting = args.some((arg) => COMPLETION_COMMANDS.has(arg));
	// Completion prints code for a shell. The filter must not change the code, which contains no text that others wrote.
	if (!isCompleting) filterOutput([process.stdout, process.stderr], drydockCommandIn(process.cwd()));
	try {
		const program = await commandLine(isCompleting);
		// Without a command, drydock watches if it has a terminal, and lists the lessons otherwise.
		const command = process.stdin.isTTY && process.stdout.isTTY ? "watch" : "list";
		const hasNoCommand = args.every((arg) => arg === "--plain");
		await program.parseAsync(hasNoCommand ? [...args, command] : withoutUselessHelp(program, args), { from: "user" });
		return Number(process.exitCode ?? EXIT.passed);
	} catch (error) {
		return explain(error);
	}
}

const COMPLETION_COMMANDS = new Set(["complete", "completion"]);

async function commandLine(isCompleting: boolean): Promise<Command> {
	const program = new Command("drydock")
		.description("Build your own container engine, one Linux primitive a lesson; the kernel is the judge.")
		.exitOverride()
		.option("--plain", "print plain text: words instead of symbols, no colours, nothing side by side, nothing redrawn")
		.on("option:plain", () => {
			process.env["DRYDOCK_PLAIN"] = "1";
		})
		.showSuggestionAfterError()
		.showHelpAfterError("  try: npx drydock help")
		.configureOutput({ outputError: (text, write) => write(text) })
		.helpCommand(false)
		.addHelpText("after", `\nExit codes: ${exitCodes()}`);
	for (const spec of COMMANDS) if (!(isCompleting && spec === completion)) declare(program, spec);
	declareHelp(program);
	if (isCompleting) (await import("./doctor/completion.ts")).addCompletion(program, completion.summary);
	return program;
}

// commander's own help command shows the main help for a command that does not exist, and exits with 0.
function declareHelp(program: Command): void {
	program
		.command("help [command]")
		.description("show the help of a command")
		.allowExcessArguments()
		.action(async (name?: string) => {
			const command = name === undefined ? program : program.commands.find((one) => one.name() === name);
			if (command !== undefined) command.help();
			// Reports that the command is unknown, with a suggestion.
			else await program.parseAsync([String(name)], { from: "user" });
		});
}

// For a command that does not exist, commander shows the help of all commands and exits with 0 if --help is among the
// arguments. Without --help, it reports the unknown command.
function withoutUselessHelp(program: Command, args: string[]): string[] {
	const words = args.filter((arg) => !arg.startsWith("-"));
	return namesUnknown(program, words) ? args.filter((arg) => arg !== "--help" && arg !== "-h") : args;
}

// Whether one of the words stands where only the name of a subcommand can stand, but is not one.
function namesUnknown({ commands, registeredArguments }: Command, [word, ...others]: string[]): boolean {
	if (word === undefined || commands.length === 0 || registeredArguments.length > 0) return false;
	const named = commands.find((one) => one.name() === word);
	return named === undefined || namesUnknown(named, others);
}

function exitCodes(): string {
	const all = Object.entries(EXIT_MEANINGS).map(([kind, means]) => `${EXIT[kind as keyof typeof EXIT]} ${means}`);
	return [all.slice(0, 3), all.slice(3)].map((line) => line.join(" · ")).join("\n");
}

// An interrupted step removes its unfinished files. If it cannot, the next command removes them.
const interruptedText = (step: string) =>
	`interrupted: ${step}. Nothing unfinished is left.\n  try: the same command again\n`;

function explain(error: unknown): number {
	if (interruption.aborted) {
		const step = interruptedStep();
		process.stderr.write(step === undefined ? "interrupted\n" : interruptedText(step));
		return EXIT.interrupted;
	}
	// Commander has printed its error already, with the next command. Asking for help is not an error.
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
	const failure = failureOf(error);
	if (failure !== null) {
		const next = failure.next === undefined ? "" : `  try: ${failure.next}\n`;
		// The message may contain names and texts that others wrote.
		process.stderr.write(printable(`${failure.message}\n${next}`));
		return failure.exitCode;
	}
	process.stderr.write(
		`drydock itself failed; this is not your exercise's fault.\n${printable(String((error as Error)?.stack ?? error))}\n`,
	);
	return EXIT.failed;
}
