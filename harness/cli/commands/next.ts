import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const next: CommandSpec = {
	name: "next",
	summary: "go on to the next lesson",
	options: [["--force", "go on even if the current lesson has not passed"], JSON_OPTION],
	run: async (options) => (await import("../learn/next.ts")).next(options),
};
