import type { CommandSpec } from "../command.ts";

export const read: CommandSpec = {
	name: "read [lesson]",
	summary: "read a lesson in the terminal",
	options: [["--raw", "print its Markdown source"]],
	run: async (lesson, options) => (await import("../learn/read.ts")).read(lesson, options),
};
