import { type CommandSpec, JSON_OPTION } from "../command.ts";

const check: CommandSpec = {
	name: "check [lesson]",
	summary: "check that one lesson, or each lesson, is complete: text, skeleton, solution, check, demo",
	options: [JSON_OPTION],
	run: async (lesson, options) => (await import("../author/dev.ts")).devCheck(lesson, options),
};

export const dev: CommandSpec = {
	name: "dev",
	summary: "for authors of lessons: check",
	commands: [check],
};
