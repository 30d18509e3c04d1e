import { InvalidArgumentError } from "commander";
import type { CommandSpec } from "../command.ts";

export const live: CommandSpec = {
	name: "live [lesson]",
	summary: "for instructors: a lesson's demo in the browser",
	options: [
		["--share", "let those in the same network follow; they can do no more than look"],
		["--port <number>", "serve it on this port; any that is free, if not given", port],
		["--from <file>", "show a recording in the place of a machine"],
	],
	run: async (lesson, options) => (await import("../show/live.ts")).live(lesson, options),
};

function port(value: string): number {
	if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
	throw new InvalidArgumentError("It is a number from 0 to 65535.");
}
