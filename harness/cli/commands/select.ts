import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const select: CommandSpec = {
	name: "select <lesson>",
	summary: "make a lesson the current one; +1 and -1 step on and back",
	options: [JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/select.ts")).select(lesson, options),
};
