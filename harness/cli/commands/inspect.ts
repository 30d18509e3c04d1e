import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const inspect: CommandSpec = {
	name: "inspect [lesson]",
	summary: "show the kernel's view of the host and of your container, side by side",
	options: [
		["--solution", "inspect the reference solution"],
		["--skeleton", "inspect the lesson's untouched skeleton"],
		["--file <file>", "inspect this file instead of the workspace's"],
		["--container <name>", "inspect another container of the lesson's scenario"],
		JSON_OPTION,
	],
	run: async (lesson, options) => (await import("../learn/inspect.ts")).inspect(lesson, options),
};
