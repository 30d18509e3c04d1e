import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const reset: CommandSpec = {
	name: "reset <lesson>",
	summary: "put a lesson's skeleton back; your file is kept beside it",
	options: [["--yes", "do not ask"], JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/reset.ts")).reset(lesson, options),
};
