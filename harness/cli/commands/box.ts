import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const box: CommandSpec = {
	name: "box [directory]",
	summary: "pack the engine with your passed modules into a program that runs without drydock",
	options: [JSON_OPTION],
	run: async (directory, options) => (await import("../learn/box.ts")).box(directory, options),
};
