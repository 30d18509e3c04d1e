import type { CommandSpec } from "../command.ts";

export const start: CommandSpec = {
	name: "start",
	summary: "set up what is missing and show where you are",
	options: [
		["--only-setup", "set up, and show nothing"],
		["--for-tests", "set up what drydock's own tests need, too"],
	],
	run: async (options) => (await import("../learn/start.ts")).start(options),
};
