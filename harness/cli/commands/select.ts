import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const select: CommandSpec = {
	name: "select <lesson>",
	summary: "make a lesson the current one; +1 selects the next one, -1 the one before",
	options: [JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/select.ts")).select(lesson, options),
};
