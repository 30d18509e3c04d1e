import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EXIT, failureOf } from "../base/failure.ts";
import { interruption, stopInGoodOrder } from "../base/interrupt.ts";
import { printable } from "../base/printable.ts";
import { guardLog } from "./text/log.ts";
import { commandIn } from "./text/typed.ts";

/**
 * The command line.
 * @param args what comes after `drydock`
 * @returns the exit code: 0 passed, 1 not passed, 2 usage, 3 this computer cannot, 4 drydock failed, 130 interrupted
 */
export async function main(args: string[]): Promise<number> {
	stopInGoodOrder();
	// What nobody waits for. Node's own exit code for it is 1, which means that an exercise has not passed.
	process.on("uncaughtException", (error) => process.exit(explain(error)));
	// Who reads only the beginning, as head(1) does, is no failure, and the exit code is still the verdict's.
	process.stdout.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
	});
	// A script for a shell is code, and nobody else's.
	if (!args.some((arg) => COMPLETING.has(arg))) {
		const command = commandIn(process.cwd());
		guardLog([process.stdout, process.stderr], command);
	}
	try {
		const program = commandLine();
		// Beside the rest it is much to load, and asked for only here.
		if (args.some((arg) => COMPLETING.has(arg)))
			(await import("./doctor/completion.ts")).addCompletion(program, COMPLETION);
		else program.command("completion <shell>").description(COMPLETION);
		// On its own, the command watches; where there is nobody to watch, it says where you are.
		const command = process.stdin.isTTY && process.stdout.isTTY ? "watch" : "list";
		const alone = args.every((arg) => arg === "--plain");
		await program.parseAsync(alone ? [...args, command] : args, { from: "user" });
		return Number(process.exitCode ?? EXIT.passed);
	} catch (error) {
		return explain(error);
	}
}

const COMPLETING = new Set(["complete", "completion"]);
const COMPLETION = "print a script for bash, zsh or fish that completes commands, options and lessons";

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
			"\nExit codes: 0 passed · 1 not passed · 2 wrong usage · 3 this computer cannot\n4 drydock failed · 130 interrupted",
		);
	const command = (usage: string, description: string, parent: Command = program) =>
		parent.command(usage).description(description).exitOverride();

	command("start", "set up what is missing and show where you are")
		.option("--only-setup", "set up, and show nothing")
		.option("--for-tests", "set up what drydock's own tests need, too")
		.action(async (options) => finish((await import("./learn/start.ts")).start(options)));
	command("watch", "check the current lesson at every save; the same as drydock alone, on a terminal")
		.option("--poll", "look for changes again and again, where nobody tells of them: some mounts, some shares")
		.action(async (options) => finish((await import("./learn/watch.ts")).watch(options)));
	command("check [lesson]", "run your solution in a fresh virtual machine and explain what the kernel shows")
		.option("--solution", "check the reference solution")
		.option("--skeleton", "check the lesson's untouched skeleton")
		.option("--file <file>", "check this file in place of the workspace's")
		.option("--mine", "play on your own passed modules of earlier lessons instead of the reference's")
		.option("--all", "check every lesson")
		.option("--trace", "show all that was asked of the kernel, yours beside the reference's")
		.option("--json", "print one JSON document")
		.addHelpText(
			"after",
			"\nA lesson is named by its number or its name: 04, pivot-root or 04-pivot-root.\nWithout one, the current lesson is checked.",
		)
		.action(async (lesson, options) => finish((await import("./learn/check.ts")).check(lesson, options)));
	command("run [words...]", "run a command in a container of your own engine: drydock run 05 -- sh")
		.usage("[lesson] [options] -- [command...]")
		.option("--solution", "the reference's engine")
		.option("--hostname <name>", "the container's hostname")
		.option("--memory <bytes>", "how much memory it may use, such as 64M")
		.option("--pids <number>", "how many processes it may have")
		.option("--cpus <number>", "how many processors it may use, such as 0.5")
		.option("--publish <host:port>", "a port of the machine that leads to one of its; may be repeated", several)
		.addHelpText("after", `\n${SESSIONS}`)
		.action(async (words, options) =>
			finish((await import("./session/run.ts")).run(...split(words, program), options)),
		);
	command("shell [lesson]", "a shell in the lesson's machine, on the host of your containers")
		.option("--solution", "with the reference's engine")
		.addHelpText("after", `\n${SESSIONS}`)
		.action(async (lesson, options) => finish((await import("./session/shell.ts")).shell(lesson, options)));
	command("inspect [lesson]", "what the kernel shows of the host and of your container, side by side")
		.option("--solution", "of the reference solution")
		.option("--skeleton", "of the lesson's untouched skeleton")
		.option("--file <file>", "of this file in place of the workspace's")
		.option("--container <name>", "another one of those that the lesson plays")
		.option("--json", "print one JSON document")
		.action(async (lesson, options) => finish((await import("./learn/inspect.ts")).inspect(lesson, options)));
	command("list", "list the lessons and how far you are")
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./learn/list.ts")).list(options)));
	progressCommands(command);
	command("read [lesson]", "read a lesson in the terminal")
		.option("--raw", "print its Markdown source")
		.action(async (lesson, options) => finish((await import("./learn/read.ts")).read(lesson, options)));
	command("man <page...>", "open a manual page, such as pivot_root.2; needs no network").action(async (words) =>
		finish((await import("./learn/man.ts")).man(words)),
	);
	command("init [directory]", "make a workspace with your copies of the skeletons; overwrites nothing").action(
		async (directory) => finish((await import("./learn/init.ts")).init(directory)),
	);
	command("doctor", "say what this computer has, what it lacks, and how to get it")
		.option("--probe", "boot a machine with this computer's accelerator, whatever came of it before")
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./doctor/doctor.ts")).doctor(options)));

	demoCommands(command);
	liveCommand(command);
	gradeCommands(command);

	const image = command("image", "the virtual machine's image: build, info, export, import");
	command("build", "build the image and the snapshot, if they are not there", image)
		.option("--fresh", "build them anew, with today's Debian packages")
		.action(async (options) => finish((await import("./doctor/image.ts")).buildImage(options)));
	command("info", "say what is in the image", image)
		.option("--json", "print one JSON document")
		.action(async (options) => finish((await import("./doctor/image.ts")).imageInfo(options)));
	command("export <file>", "write the image to a file, for a room without a network", image).action(async (file) =>
		finish((await import("./doctor/image.ts")).exportTo(file)),
	);
	command("import <file>", "take the image from such a file", image).action(async (file) =>
		finish((await import("./doctor/image.ts")).importFrom(file)),
	);

	const dev = command("dev", "for authors of lessons: check");
	command(
		"check [lesson]",
		"prove of one lesson, or of all, that it is whole: text, skeleton, solution, check, demo",
		dev,
	)
		.option("--json", "print one JSON document")
		.action(async (lesson, options) => finish((await import("./author/dev.ts")).devCheck(lesson, options)));

	return program;
}

// Where the learner is, what helps them on, and what moves their work about.
function progressCommands(command: (usage: string, description: string) => Command): void {
	const JSON_OPTION = ["--json", "print one JSON document"] as const;
	command("status", "say where you are and what to type next")
		.option(...JSON_OPTION)
		.action(async (options) => finish((await import("./learn/status.ts")).status(options)));
	command("next", "go on to the next lesson")
		.option("--force", "even if the current one has not passed")
		.option(...JSON_OPTION)
		.action(async (options) => finish((await import("./learn/next.ts")).next(options)));
	command("select <lesson>", "make a lesson the current one; +1 and -1 step on and back")
		.option(...JSON_OPTION)
		.action(async (lesson, options) => finish((await import("./learn/select.ts")).select(lesson, options)));
	command("hint [lesson]", "show one more hint")
		.option("--all", "show those again that you have seen")
		.option(...JSON_OPTION)
		.action(async (lesson, options) => finish((await import("./learn/hint.ts")).hint(lesson, options)));
	command("solution <lesson>", "show how the reference solution differs from yours")
		.option("--raw", "show it as it is")
		.option("--yes", "do not ask, even if the lesson has not passed")
		.option(...JSON_OPTION)
		.action(async (lesson, options) => finish((await import("./learn/solution.ts")).solution(lesson, options)));
	command("reset <lesson>", "start a lesson again from its skeleton; yours is kept beside it")
		.option("--yes", "do not ask")
		.option(...JSON_OPTION)
		.action(async (lesson, options) => finish((await import("./learn/reset.ts")).reset(lesson, options)));
	command(
		"box [directory]",
		"pack your passed modules into a program of its own, to keep; again, with what has passed since",
	)
		.option(...JSON_OPTION)
		.action(async (directory, options) => finish((await import("./learn/box.ts")).box(directory, options)));
	command("export <file>", "write your workspace to a .tar.gz, to move it or to hand it in")
		.option(...JSON_OPTION)
		.action(async (file, options) => finish((await import("./learn/export.ts")).exportWorkspace(file, options)));
	command("import <file>", "take in such a file; overwrites nothing of yours")
		.option(...JSON_OPTION)
		.action(async (file, options) => finish((await import("./learn/import.ts")).importWorkspace(file, options)));
}

// What an instructor shows.
function demoCommands(command: (usage: string, description: string, parent?: Command) => Command): void {
	const demo = command("demo [lesson]", "for instructors: a lesson's demo, step by step, in a machine that goes back")
		// Its options are not those of the commands below it.
		.enablePositionalOptions()
		.option("--from <file>", "show a recording in the place of a machine")
		.option("--json", "play it to its end and print what happens, an event a line")
		.addHelpText("after", "\nWithout a lesson, the demos are listed. While one is shown, ? tells the keys.")
		.action(async (lesson, options) => finish((await import("./show/demo.ts")).demo(lesson, options)));
	command("record <lesson>", "play a demo and write what happens to a file, to be shown without a machine", demo)
		.option("--out <file>", "this file; an asciicast, if its name ends in .cast")
		.action(async (lesson, options) => finish((await import("./show/record.ts")).recordDemo(lesson, options)));
	command("rehearse [lesson]", "play a demo and see that it keeps what it promises", demo)
		.option("--all", "all of them")
		.option("--json", "print one JSON document")
		.action(async (lesson, options) => finish((await import("./show/rehearse.ts")).rehearseDemos(lesson, options)));
}

// The same demos, in a browser.
function liveCommand(command: (usage: string, description: string) => Command): void {
	command("live [lesson]", "for instructors: a lesson's demo in the browser")
		.option("--share", "let those in the same network follow; they can do no more than look")
		.option("--port <number>", "serve it on this port; any that is free, if not given", port)
		.option("--from <file>", "show a recording in the place of a machine")
		.action(async (lesson, options) => finish((await import("./show/live.ts")).live(lesson, options)));
}

// What teachers need.
function gradeCommands(command: (usage: string, description: string, parent?: Command) => Command): void {
	const written = (of: Command) =>
		of
			.option("--format <format>", "json, junit, tap, gradescope, classroom, prairielearn or exercism")
			.option("--json", "the same as --format json")
			.option("--out <path>", "write to this file; to files in this folder, where there is one for each submission")
			.option("--details", "explain each submission's findings")
			.option("--exit-zero", "exit with 0 once all is written, whatever it says");
	const grade = command("grade <directory>", "grade a class: a folder with a folder for each submission")
		.option("--lesson <lessons>", "only these, such as 02,04")
		.option("--one", "the folder is a single submission")
		.option("--shard <i/n>", "only this part of the class: for several computers")
		.option("--resume", "go on where a run of the same command was interrupted")
		.option(
			"--lanes <number>",
			"virtual machines at a time; if not given, two more than there are processors, and more while these are idle",
		)
		.addHelpText("after", `\n${GRADES}`);
	written(grade).action(async (dir, options) => finish((await import("./grade/grade.ts")).grade(dir, options)));
	written(command("merge <files...>", "put the shards' JSON reports together", grade)).action(async (files, _, merge) =>
		finish((await import("./grade/grade.ts")).gradeMerge(files, merge.optsWithGlobals())),
	);
}

const GRADES = `A lesson's module is found by its path, 02-unshare/isolate.ts, or by its name,
wherever it lies in the submission. An archive that drydock export has written is a
submission as well. Nothing that is handed in runs on this computer.

Exit codes: 0 all passed; 1 something failed or was not handed in; 3, 4 something
could not be judged, which is never a zero. With --format gradescope, prairielearn
or exercism, 0 once the file is written.`;

const SESSIONS = `The machine is fresh, and gone when the command ends, whose exit code is
drydock's. In a pipe, its standard streams are drydock's, byte for byte.
Ctrl-] three times ends it all, if nothing else does.`;

function port(value: string): number {
	if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
	throw new InvalidArgumentError("It is a number from 0 to 65535.");
}

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
	const failure = failureOf(error);
	if (failure !== null) {
		const next = failure.next === undefined ? "" : `  try: ${failure.next}\n`;
		// Names and texts of others may be in it.
		process.stderr.write(printable(`${failure.message}\n${next}`));
		return failure.exitCode;
	}
	process.stderr.write(
		`drydock itself failed; this is not your exercise's fault.\n${printable(String((error as Error)?.stack ?? error))}\n`,
	);
	return EXIT.failed;
}
