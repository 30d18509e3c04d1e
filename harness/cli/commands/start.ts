import type { CommandSpec } from "../command.ts";

export const start: CommandSpec = {
	name: "start",
	summary: "set up what is missing, and show the current lesson",
	options: [
		["--only-setup", "set up what is missing, and show nothing"],
		["--for-tests", "also set up what drydock's own tests need"],
	],
	run: async (options) => (await import("../learn/start.ts")).start(options),
};
