import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const hint: CommandSpec = {
	name: "hint [lesson]",
	summary: "show one more hint",
	options: [["--all", "show again the hints that you have seen"], JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/hint.ts")).hint(lesson, options),
};
