import { existsSync, readFileSync, realpathSync, writeSync } from "node:fs";
import { SIGKILL } from "#kernel";
import { run } from "../box.ts";
import { claim, giveBack } from "../claims.ts";
import { keepOptionsForExec } from "../kept-options.ts";
import { type Container, optionsOf, parts } from "../part.ts";
import { processesOf, removeAbandoned, removeRemains } from "../remains.ts";
import { supervise } from "../supervise.ts";
import type { Command } from "./command.ts";
import usage from "./run.txt";

/** `box run`: runs a command in a container, and removes the container afterwards. */
export const runCommand: Command = {
	name: "run",
	usage,
	options: optionsOf("run"),
	start,
};

function start(given: (name: string) => string[], [image, ...command]: string[]): void {
	if (image === undefined) throw new Error(`no image was given\n${usage}`);
	if (!existsSync(image)) throw new Error(`there is no image ${image}`);
	const id = readFileSync("/proc/sys/kernel/random/uuid", "utf8").slice(0, 8);
	const container: Container = { id, rootfs: realpathSync(image) };
	removeAbandoned();
	supervise({
		prepare: () => {
			// A container without a claim counts as one that has left nothing behind, so the claim comes first.
			claim(id, id);
			keepOptionsForExec(id, given);
			for (const { readOptions } of parts) Object.assign(container, readOptions?.(given, container));
			if (isCommand(command)) container.command = command;
			// A plain directory has a root by now. An image with a command of its own gets its root later.
			else if (container.layers ?? container.rootfs)
				throw new Error(`${image} has no command of its own: give one after the image`);
		},
		run: () => {
			const exitCode = run({ ...container });
			giveBack(id);
			writeSync(2, noteOnKill(exitCode, given("memory")));
			return exitCode;
		},
		processes: () => processesOf(id),
		removeRemains: () => removeRemains(id),
	});
}

// A container that exceeds its limit before its command runs prints nothing, so its end needs a note.
function noteOnKill(exitCode: number, [memory]: string[]): string {
	if (exitCode !== 128 + SIGKILL || memory === undefined) return "";
	return `box: exit code 137 is 128 + 9, SIGKILL. Possible cause: the limit, --memory ${memory}, is too small.
  Until the container's process becomes the command, it is a copy of the engine, and needs some megabytes itself.
  try: a larger limit, such as --memory 64M
`;
}

const isCommand = (words: string[]): words is [string, ...string[]] => words.length > 0;
