import { type CommandSpec, JSON_OPTION } from "../command.ts";

export const finish: CommandSpec = {
	name: "finish [track]",
	summary: "try the whole engine, made of your own modules, at the end of a track",
	options: [["--solution", "play the reference's engine"], ["--read", "only read the track's last text"], JSON_OPTION],
	help: "A track is a series of lessons; npx drydock list shows them. If you name none,\ndrydock plays the current lesson's track.",
	run: async (track, options) => (await import("../learn/finish.ts")).finish(track, options),
};
