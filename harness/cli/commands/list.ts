import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const list: CommandSpec = {
	name: "list",
	summary: "list the lessons and your progress",
	options: [JSON_OPTION],
	run: async (options) => (await import("../learn/list.ts")).list(options),
};
