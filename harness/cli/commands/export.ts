import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const exportCommand: CommandSpec = {
	name: "export <file>",
	summary: "write your workspace to a .tar.gz, to move it or to hand it in",
	options: [JSON_OPTION],
	run: async (file, options) => (await import("../learn/export.ts")).runExport(file, options),
};
