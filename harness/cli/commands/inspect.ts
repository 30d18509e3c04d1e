import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const inspect: CommandSpec = {
	name: "inspect [lesson]",
	summary: "what the kernel shows of the host and of your container, side by side",
	options: [
		["--solution", "of the reference solution"],
		["--skeleton", "of the lesson's untouched skeleton"],
		["--file <file>", "of this file in place of the workspace's"],
		["--container <name>", "another one of those that the lesson plays"],
		JSON_OPTION,
	],
	run: async (lesson, options) => (await import("../learn/inspect.ts")).inspect(lesson, options),
};
