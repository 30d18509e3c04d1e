import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const solution: CommandSpec = {
	name: "solution <lesson>",
	summary: "show how the reference solution differs from yours",
	options: [
		["--raw", "print the solution itself"],
		["--yes", "do not ask, even if you have not passed the lesson"],
		JSON_OPTION,
	],
	run: async (lesson, options) => (await import("../learn/solution.ts")).solution(lesson, options),
};
