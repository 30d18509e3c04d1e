import type { CommandSpec } from "../command.ts";

/**
 * Only describes the command. doctor/completion.ts implements it; other commands do not load that file, because loading it
 * takes long.
 */
export const completion: CommandSpec = {
	name: "completion <shell>",
	summary: "print a script for bash, zsh or fish that completes commands, options and lessons",
};
