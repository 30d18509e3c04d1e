import { Command, CommanderError } from "commander";
import { EXIT, Failure } from "../failure.ts";
import { interruption, stopInGoodOrder } from "../interrupt.ts";
import { addCompletion } from "./completion.ts";

/**
 * The command line.
 * @param args what comes after `drydock`
 * @returns the exit code: 0 passed, 1 not passed, 2 usage, 3 this computer cannot, 4 drydock failed, 130 interrupted
 */
export async function main(args: string[]): Promise<number> {
	stopInGoodOrder();
	// Who reads only the beginning, as head(1) does, is no failure, and the exit code is still the verdict's.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
	});
	try {
		const program = commandLine();
		addCompletion(program);
		// On its own, the command says where you are.
		const alone = args.every((arg) => arg === "--plain");
		await program.parseAsync(alone ? [...args, "list"] : args, { from: "user" });
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
		.option("--plain", "plain text: no colours, no symbols without words, nothing side by side or redrawn")
		.on("option:plain", () => {
			process.env["DRYDOCK_PLAIN"] = "1";
		})
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
	command("list", "list the lessons and how far you are")
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./list.ts")).list(options)));
	command("read [lesson]", "read a lesson in the terminal")
		.option("--raw", "print its Markdown source")
		.action(async (lesson, options) => finish((await import("./read.ts")).read(lesson, options)));
	command("man <page...>", "open a manual page, such as pivot_root.2; needs no network").action(async (words) =>
		finish((await import("./man.ts")).man(words)),
	);
	command("init [directory]", "make a workspace with your copies of the skeletons; overwrites nothing").action(
		async (directory) => finish((await import("./init.ts")).init(directory)),
	);
	command("doctor", "say what this computer has, what it lacks, and how to get it")
		.option("--probe", "boot a machine with this computer's accelerator, whatever came of it before")
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
