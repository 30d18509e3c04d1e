import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const solution: CommandSpec = {
	name: "solution <lesson>",
	summary: "show how the reference solution differs from yours",
	options: [["--raw", "show it as it is"], ["--yes", "do not ask, even if the lesson has not passed"], JSON_OPTION],
	run: async (lesson, options) => (await import("../learn/solution.ts")).solution(lesson, options),
};
