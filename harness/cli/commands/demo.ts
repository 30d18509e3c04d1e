import { type CommandSpec, JSON_OPTION } from "../command.ts";

const record: CommandSpec = {
	name: "record <lesson>",
	summary: "play a demo and write a recording of it, which plays without a machine",
	options: [["--out <file>", "write to this file; if its name ends in .cast, as an asciicast"]],
	run: async (lesson, options) => (await import("../show/record.ts")).recordDemo(lesson, options),
};

const rehearse: CommandSpec = {
	name: "rehearse [lesson]",
	summary: "play a demo and check that its commands print what demo.ts promises",
	options: [["--all", "rehearse all demos"], JSON_OPTION],
	run: async (lesson, options) => (await import("../show/rehearse.ts")).rehearseDemos(lesson, options),
};

export const demo: CommandSpec = {
	name: "demo [lesson]",
	summary: "for instructors: present a lesson's demo in the terminal, step by step, forward and back",
	options: [
		["--from <file>", "play this recording; needs no machine"],
		["--json", "play the demo to its end and print its events, one JSON document a line"],
	],
	help: "If you name no lesson, drydock lists the demos. A path, such as ./mine, names a\nfolder with a demo.ts of your own. During a demo, ? shows the keys.",
	commands: [record, rehearse],
	run: async (lesson, options) => (await import("../show/demo.ts")).demo(lesson, options),
};
