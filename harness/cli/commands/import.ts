import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const importCommand: CommandSpec = {
	name: "import <file>",
	summary: "import the modules and the progress of an exported workspace; overwrites none of your files",
	options: [JSON_OPTION],
	run: async (file, options) => (await import("../learn/import.ts")).runImport(file, options),
};
