import { InvalidArgumentError } from "commander";
import type { CommandSpec } from "../command.ts";

export const live: CommandSpec = {
	name: "live [lesson]",
	summary: "for instructors: present a lesson's demo in the browser",
	options: [
		["--share", "let others in the same network follow the demo; they can only watch"],
		["--port <number>", "serve the page on this port; if not given, on any free port", port],
		["--from <file>", "play this recording; needs no machine"],
	],
	run: async (lesson, options) => (await import("../show/live.ts")).live(lesson, options),
};

function port(value: string): number {
	if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
	throw new InvalidArgumentError("A port is a number from 0 to 65535.");
}
