import { type CommandSpec, JSON_OPTION } from "../command.ts";

const record: CommandSpec = {
	name: "record <lesson>",
	summary: "play a demo and write what happens to a file, to be shown without a machine",
	options: [["--out <file>", "this file; an asciicast, if its name ends in .cast"]],
	run: async (lesson, options) => (await import("../show/record.ts")).recordDemo(lesson, options),
};

const rehearse: CommandSpec = {
	name: "rehearse [lesson]",
	summary: "play a demo and see that it keeps what it promises",
	options: [["--all", "all of them"], JSON_OPTION],
	run: async (lesson, options) => (await import("../show/rehearse.ts")).rehearseDemos(lesson, options),
};

export const demo: CommandSpec = {
	name: "demo [lesson]",
	summary: "for instructors: a lesson's demo, step by step, in a machine that goes back",
	options: [
		["--from <file>", "show a recording in the place of a machine"],
		["--json", "play it to its end and print what happens, an event a line"],
	],
	ownOptions: true,
	help: "Without a lesson, the demos are listed. While one is shown, ? tells the keys.",
	commands: [record, rehearse],
	run: async (lesson, options) => (await import("../show/demo.ts")).demo(lesson, options),
};
