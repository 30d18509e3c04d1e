import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const status: CommandSpec = {
	name: "status",
	summary: "show the current lesson, your progress and what to type next",
	options: [JSON_OPTION],
	run: async (options) => (await import("../learn/status.ts")).status(options),
};
