import type { CommandSpec } from "../command.ts";

export const man: CommandSpec = {
	name: "man <page...>",
	summary: "open a manual page, such as pivot_root.2; needs no network",
	run: async (words) => (await import("../learn/man.ts")).man(words),
};
