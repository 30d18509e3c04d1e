import type { CommandSpec } from "../command.ts";

/** Does nothing by itself: see `doctor/completion.ts`, which is much to load beside the rest. */
export const completion: CommandSpec = {
	name: "completion <shell>",
	summary: "print a script for bash, zsh or fish that completes commands, options and lessons",
};
