import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const exportCommand: CommandSpec = {
	name: "export <file>",
	summary: "pack your workspace into a .tar.gz file, to move it or to hand it in",
	options: [JSON_OPTION],
	run: async (file, options) => (await import("../learn/export.ts")).runExport(file, options),
};
