import { Command, CommanderError } from "commander";
import { EXIT, Failure } from "../failure.ts";
import { interruption, stopInGoodOrder } from "../interrupt.ts";

/**
 * The command line.
 * @param args what comes after `drydock`
 * @returns the exit code: 0 passed, 1 not passed, 2 usage, 3 this computer cannot, 4 drydock failed, 130 interrupted
 */
export async function main(args: string[]): Promise<number> {
	stopInGoodOrder();
	try {
		const program = commandLine();
		// On its own, the command says where you are.
		await program.parseAsync(args.length === 0 ? ["list"] : args, { from: "user" });
		return Number(process.exitCode ?? EXIT.passed);
	} catch (error) {
		return explain(error);
	}
}

// Each command's module is loaded when it is called: `help` and `list` need no virtual machine.
function commandLine(): Command {
	const program = new Command("drydock")
		.description("Build your own container engine, one Linux primitive a lesson; the kernel is the judge.")
		.exitOverride()
		.showSuggestionAfterError()
		.configureOutput({ outputError: (text, write) => write(text) })
		.helpCommand("help [command]", "show what a command does")
		.addHelpText(
			"after",
			"\nExit codes: 0 passed · 1 not passed · 2 wrong usage · 3 this computer cannot · 4 drydock failed · 130 interrupted",
		);
	const command = (usage: string, description: string, parent: Command = program) =>
		parent.command(usage).description(description).exitOverride();

	command("start", "set up what is missing and show where you are")
		.option("--only-setup", "set up, and show nothing")
		.action(async (options: { onlySetup?: boolean }) => finish((await import("./start.ts")).start(options)));
	command("check [lesson]", "run your solution in a fresh virtual machine and explain what the kernel shows")
		.option("--solution", "check the reference solution")
		.option("--skeleton", "check the lesson's untouched skeleton")
		.option("--file <file>", "check this file in place of the workspace's")
		.option("--mine", "play on your own passed modules of earlier lessons instead of the reference's")
		.option("--all", "check every lesson")
		.option("--json", "print one JSON document")
		.addHelpText(
			"after",
			"\nA lesson is named by its number or its name: 04, pivot-root or 04-pivot-root.\nWithout one, the current lesson is checked.",
		)
		.action(async (lesson, options) => finish((await import("./check.ts")).check(lesson, options)));
	command("run [words...]", "run a command in a container of your own engine: drydock run 05 -- sh")
		.usage("[lesson] [options] -- [command...]")
		.option("--solution", "the reference's engine")
		.option("--hostname <name>", "the container's hostname")
		.option("--memory <bytes>", "how much memory it may use, such as 64M")
		.option("--pids <number>", "how many processes it may have")
		.option("--cpus <number>", "how many processors it may use, such as 0.5")
		.option("--publish <host:port>", "a port of the machine that leads to one of its; may be repeated", several)
		.addHelpText("after", `\n${SESSIONS}`)
		.action(async (words, options) => finish((await import("./run.ts")).run(...split(words, program), options)));
	command("shell [lesson]", "a shell in the lesson's machine, on the host of your containers")
		.option("--solution", "with the reference's engine")
		.addHelpText("after", `\n${SESSIONS}`)
		.action(async (lesson, options) => finish((await import("./shell.ts")).shell(lesson, options)));
	command("inspect [lesson]", "what the kernel shows of the host and of your container, side by side")
		.option("--solution", "of the reference solution")
		.option("--skeleton", "of the lesson's untouched skeleton")
		.option("--file <file>", "of this file in place of the workspace's")
		.option("--json", "print one JSON document")
		.action(async (lesson, options) => finish((await import("./inspect.ts")).inspect(lesson, options)));
	command("list", "list the lessons and how far you are")
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./list.ts")).list(options)));
	command("read [lesson]", "read a lesson in the terminal")
		.option("--raw", "print its Markdown source")
		.action(async (lesson, options) => finish((await import("./read.ts")).read(lesson, options)));
	command("init [directory]", "make a workspace with your copies of the skeletons; overwrites nothing").action(
		async (directory) => finish((await import("./init.ts")).init(directory)),
	);
	command("doctor", "say what this computer has, what it lacks, and how to get it")
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./doctor.ts")).doctor(options)));

	const image = command("image", "the virtual machine's image: build, info, export, import");
	command("build", "build the image and the snapshot, if they are not there", image)
		.option("--fresh", "build them anew, with today's Debian packages")
		.action(async (options) => finish((await import("./image.ts")).buildImage(options)));
	command("info", "say what is in the image", image)
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./image.ts")).imageInfo(options)));
	command("export <file>", "write the image to a file, for a room without a network", image).action(async (file) =>
		finish((await import("./image.ts")).exportTo(file)),
	);
	command("import <file>", "take the image from such a file", image).action(async (file) =>
		finish((await import("./image.ts")).importFrom(file)),
	);

	const dev = command("dev", "for authors of lessons: check");
	command(
		"check [lesson]",
		"prove of one lesson, or of all, that it is whole: text, skeleton, solution, check, demo",
		dev,
	)
		.option("--json", "print one JSON document")
		.action(async (lesson, options) => finish((await import("./dev.ts")).devCheck(lesson, options)));

	return program;
}

const SESSIONS = `The machine is fresh, and gone when the command ends, whose exit code is
drydock's. In a pipe, its standard streams are drydock's, byte for byte.
Ctrl-] three times ends it all, if nothing else does.`;

const several = (value: string, before: string[] = []) => [...before, value];

// What stands after "--" is nobody's but the command's; commander does not tell it from what stands before.
function split(words: string[], program: Command): [before: string[], after: string[]] {
	const { rawArgs } = program as Command & { rawArgs: string[] };
	const at = rawArgs.indexOf("--");
	const after = at === -1 ? [] : rawArgs.slice(at + 1);
	return [words.slice(0, words.length - after.length), after];
}

async function finish(exitCode: Promise<number>): Promise<void> {
	process.exitCode = await exitCode;
}

function explain(error: unknown): number {
	if (interruption.aborted) {
		process.stderr.write("interrupted\n");
		return EXIT.interrupted;
	}
	// Commander has said it already; asking for help is no error.
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
	if (error instanceof Failure) {
		process.stderr.write(`${error.message}\n${error.next === undefined ? "" : `  try: ${error.next}\n`}`);
		return error.exitCode;
	}
	process.stderr.write(
		`drydock itself failed; this is not your exercise's fault.\n${(error as Error).stack ?? error}\n`,
	);
	return EXIT.failed;
}
