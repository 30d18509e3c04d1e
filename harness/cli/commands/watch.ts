import type { CommandSpec } from "../command.ts";

export const watch: CommandSpec = {
	name: "watch",
	summary: "check the current lesson at every save; on a terminal, drydock without a command does the same",
	options: [["--poll", "look for changes at intervals: some mounts and shared folders report none"]],
	run: async (options) => (await import("../learn/watch.ts")).watch(options),
};
