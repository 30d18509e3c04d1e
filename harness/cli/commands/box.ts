import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const box: CommandSpec = {
	name: "box [directory]",
	summary: "pack your passed modules into a program of its own, to keep; again, with what has passed since",
	options: [JSON_OPTION],
	run: async (directory, options) => (await import("../learn/box.ts")).box(directory, options),
};
