import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const finish: CommandSpec = {
	name: "finish [track]",
	summary: "try the whole engine, made of your own modules, at the end of a track",
	options: [
		["--solution", "play the reference's engine"],
		["--read", "only show the text that follows the finish"],
		JSON_OPTION,
	],
	help: "A track is a series of lessons; npx drydock list shows the tracks. If you name\nnone, drydock plays the finish of the current lesson's track, or of the last\ntrack before it that has a finish.",
	run: async (track, options) => (await import("../learn/finish.ts")).finish(track, options),
};
