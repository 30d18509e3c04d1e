import type { CommandSpec } from "../command.ts";

export const init: CommandSpec = {
	name: "init [directory]",
	summary: "create a workspace with your copies of the skeletons; overwrites nothing",
	run: async (directory) => (await import("../learn/init.ts")).init(directory),
};
