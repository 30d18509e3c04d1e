import type { CommandSpec } from "../command.ts";
import { SESSION_HELP } from "./run.ts";

export const shell: CommandSpec = {
	name: "shell [lesson]",
	summary: "open a shell in the lesson's machine, the host of your containers",
	options: [["--solution", "use the reference's engine"]],
	help: SESSION_HELP,
	run: async (lesson, options) => (await import("../session/shell.ts")).shell(lesson, options),
};
