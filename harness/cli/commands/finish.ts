import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const finish: CommandSpec = {
	name: "finish [track]",
	summary: "try the whole engine, made of your own modules, at the end of a track",
	options: [
		["--solution", "play the reference's engine"],
		["--read", "only show the text that follows the finish"],
		JSON_OPTION,
	],
	help: "A track is a series of lessons; npx drydock list shows the tracks. The finish of\na track is a list of commands for the whole engine, with what each must print.\nIf you name no track, drydock plays the finish of the current lesson's track, or\nof the last track before it that has one.",
	run: async (track, options) => (await import("../learn/finish.ts")).finish(track, options),
};
