import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const reset: CommandSpec = {
	name: "reset <lesson>",
	summary: "start a lesson again from its skeleton; yours is kept beside it",
	options: [["--yes", "do not ask"], JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/reset.ts")).reset(lesson, options),
};
