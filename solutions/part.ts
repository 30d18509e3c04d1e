import { writeSync } from "node:fs";
import { _exit, getpid } from "#kernel";
import type { Command, Option } from "./commands/command.ts";

/**
 * What `box` is asked to run. Each part adds properties of its own, and may change others while it makes the container.
 */
export interface Container {
	/** Eight letters or digits. The names of everything that is made for the container contain this id. */
	id: string;
	/** The program and its arguments. */
	command?: [string, ...string[]];
	/** The directory that becomes the container's root. */
	rootfs?: string | undefined;
	/** The directories that the container's root is made of, the topmost first. */
	layers?: string[] | undefined;
}

/**
 * What one lesson adds to a container. `make`, `enter` and `remove` run only for a container that asks for the part.
 * `Own` are the part's own properties of a container, `Made` is what `make` returns.
 */
export interface Part<Own = Record<string, unknown>, Made = unknown> {
	/** The property of a container that asks for this part. */
	when: keyof Own & string;
	/** The part's options of `box run`, by name. */
	options?: Record<string, Option>;
	/** The part's own commands of `box`. */
	commands?: readonly Command[];
	/**
	 * Turns options of the command line into properties of the container.
	 * @param given returns the values of an option: none if it was not given, and only the last one if the option does
	 * not repeat. For an option without a value, only the number of these values counts
	 * @param container has the properties that earlier parts have read
	 */
	readOptions?(given: (name: string) => string[], container: Container): Partial<Container & Own>;
	/**
	 * Runs everything that the other methods of all parts do, from `make` to `remove`, in another place than the host.
	 * Calls `work` once, perhaps in a forked process, and returns what it returns. Only one part has this method.
	 */
	around?(container: Container & Own, work: () => number): number;
	/**
	 * Runs on the host, before the container's first process starts. Before it throws, it removes what it has made so
	 * far.
	 */
	make?(container: Container & Own): Made;
	/**
	 * Runs in the process that is to become the command: at first, the container's first process. `enter` may fork and
	 * return in the child. Then the child enters the parts that follow, and becomes the command.
	 */
	enter?(container: Container & Own, made: Made): void;
	/** Runs on the host, after the command has ended. */
	remove?(made: Made): void;
	/**
	 * Does the same as `remove`, without `made`, after the engine was killed. It may run twice, also in two processes
	 * at once.
	 */
	removeRemains?(id: string): void;
	/** Pids of the container's processes; null when the part has no list of them. */
	processes?(id: string): number[] | null;
}

/** Whether an option that has no other value than `host` was given. */
export function isHost(option: string, given: (name: string) => string[]): boolean {
	const [value] = given(option);
	if (value !== undefined && value !== "host") throw new Error(`--${option} ${value}: the only value is host`);
	return value !== undefined;
}

/** The parts that have options for a command of `box`. */
export const partsOf = (command: string): Part[] => parts.filter(({ options }) => hasOptionFor(command, options));

/** The options of a command of `box`, by name. */
export function optionsOf(command: string): Record<string, Option> {
	const all = parts.flatMap(({ options = {} }) => Object.entries(options));
	return Object.fromEntries(all.filter(([, option]) => isFor(command, option)));
}

const isFor = (command: string, { commands = ["run"] }: Option) => commands.includes(command);
const hasOptionFor = (command: string, options: Record<string, Option> = {}) =>
	Object.values(options).some((option) => isFor(command, option));

type AnyContainer = Container & Record<string, unknown>;

/** Runs `work` in the place that a part of this container has for everything; on the host if there is no such part. */
export function inPlaceOf(container: AnyContainer, work: () => number): number {
	const outer = parts.find((part) => part.around !== undefined && container[part.when] !== undefined);
	return outer?.around === undefined ? work() : outer.around(container, work);
}

/**
 * Runs `work`, which removes files that containers have made, in the place where they were made.
 * @throws {Error} what `work` throws; if that place is in a forked process, only its message is printed
 */
export function inPlaceOfFiles(work: () => void): void {
	const container: AnyContainer = { id: "" };
	const given = () => [];
	for (const { around, readOptions } of parts)
		if (around !== undefined) Object.assign(container, readOptions?.(given, container));
	const caller = getpid();
	let exitCode: number;
	try {
		exitCode = inPlaceOf(container, () => {
			work();
			return 0;
		});
	} catch (error) {
		if (getpid() === caller) throw error;
		// A forked process must not go on with what its parent does next.
		writeSync(2, `box: ${(error as Error).message}\n`);
		_exit(1);
	}
	if (exitCode !== 0) throw new Error("not everything was removed");
}

/** All parts, in the order in which they were added. */
export const parts: Part[] = [];

/** Adds a part to the engine. The order of the calls is the order of the parts. */
export function part<Own, Made = unknown>(added: Part<Own, Made>): void {
	parts.push(added as unknown as Part);
}
