import { readFileSync, writeSync } from "node:fs";
import { _exit } from "#kernel";
import { containers } from "../claims.ts";
import { runningContainer } from "../running.ts";
import { unlessGone } from "../unless-gone.ts";
import type { Command } from "./command.ts";
import usage from "./ps.txt";

/** `box ps`: lists the running containers. */
export const psCommand: Command = {
	name: "ps",
	usage,
	options: {},
	start: () => {
		// A container that is still being made, or that has just ended, has no line.
		writeSync(
			1,
			containers()
				.map((id) => unlessGone(() => lineOf(id), ""))
				.join(""),
		);
		_exit(0);
	},
};

function lineOf(id: string): string {
	const { pid } = runningContainer(id);
	const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
	return `${[id, pid, words.join(" ").trim()].join("  ")}\n`;
}
