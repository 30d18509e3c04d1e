import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const importCommand: CommandSpec = {
	name: "import <file>",
	summary: "take in such a file; overwrites nothing of yours",
	options: [JSON_OPTION],
	run: async (file, options) => (await import("../learn/import.ts")).runImport(file, options),
};
