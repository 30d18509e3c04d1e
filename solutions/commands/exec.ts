import { run } from "../box.ts";
import { withKeptOptions } from "../kept-options.ts";
import { type Container, optionsOf, partsOf } from "../part.ts";
import { hasExecuted, runningContainer } from "../running.ts";
import { findOnSearchPath } from "../search-path.ts";
import { descendantsOf, supervise } from "../supervise.ts";
import type { Command } from "./command.ts";
import usage from "./exec.txt";

/** `box exec`: runs a command in a container that is running. */
export const execCommand: Command = { name: "exec", usage, options: optionsOf("exec"), start };

function start(given: (name: string) => string[], [id, ...words]: string[]): void {
	const [name, ...args] = words;
	if (id === undefined) throw new Error(`no container was given\n${usage}`);
	if (name === undefined) throw new Error(`no command was given\n${usage}`);
	const { pid } = runningContainer(id);
	const command = findOnSearchPath([name, ...args], [`/proc/${pid}/root`]);
	const asked: Container & { enters: string } = { id, enters: id, command };
	const options = withKeptOptions(id, given);
	for (const { readOptions } of partsOf("exec")) Object.assign(asked, readOptions?.(options, asked));
	supervise({
		run: () => run({ ...asked }),
		processes: () => null,
		// Between the engine and the command, a process waits. It passes no signals on.
		receiver: (engine) => descendantsOf(engine).find(hasExecuted),
		// What the command has left in the container is the container's.
		removeRemains: () => {},
	});
}
