import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const check: CommandSpec = {
	name: "check [lesson]",
	summary: "run your file in a fresh virtual machine, and explain what the kernel shows",
	options: [
		["--solution", "check the reference solution"],
		["--skeleton", "check the lesson's untouched skeleton"],
		["--file <file>", "check this file instead of the workspace's"],
		["--mine", "use your own passed modules of earlier lessons instead of the reference's"],
		["--all", "check every lesson"],
		["--trace", "show all system calls, yours beside the reference's"],
		JSON_OPTION,
	],
	help: "Name a lesson by its number or its name: 04, pivot-root or 04-pivot-root.\nIf you name none, drydock checks the current lesson.",
	run: async (lesson, options) => (await import("../learn/check.ts")).check(lesson, options),
};
