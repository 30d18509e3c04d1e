import type { CommandSpec } from "../command.ts";

export const watch: CommandSpec = {
	name: "watch",
	summary: "check the current lesson at every save; the same as drydock alone, on a terminal",
	options: [["--poll", "look for changes again and again, where nobody tells of them: some mounts, some shares"]],
	run: async (options) => (await import("../learn/watch.ts")).watch(options),
};
