import { runCommand } from "./01-process/process.ts";
import { oneAtATime } from "./lock.ts";
import { type Container, type Part, parts } from "./part.ts";
import { onSearchPath } from "./search-path.ts";

/**
 * Runs a container: all that it asks for is made on the host, entered from inside, and removed in the end.
 * @returns the command's exit code; 128+n when signal n ended it
 */
export function run(asked: Partial<Container> & Record<string, unknown>): number {
	const container: Container & Record<string, unknown> = { id: "", ...asked };
	const used: { part: Part; made: unknown }[] = [];
	try {
		for (const part of parts) {
			// Not before its turn: a part may be asked for by what an earlier one has made.
			if (container[part.when] === undefined) continue;
			const make = () => part.make?.(container);
			used.push({ part, made: part.remove ? oneAtATime(make) : make() });
		}
		const command = asked.command && onSearchPath(asked.command, container.layers ?? [asked.rootfs ?? ""]);
		return runCommand(command ?? (container.command as [string]), () => {
			// In a forked child, nothing of this is the child's to remove, also when it throws.
			for (const { part, made } of used.splice(0)) part.enter?.(container, made);
		});
	} finally {
		const removable = used.toReversed().filter(({ part }) => part.remove);
		doAll(removable, ({ part, made }) => oneAtATime(() => part.remove?.(made)));
	}
}

/** Takes a step for each, also for those that come after one that fails; then throws what the first has thrown. */
export function doAll<T>(each: readonly T[], step: (one: T) => void): void {
	const errors: unknown[] = [];
	for (const one of each)
		try {
			step(one);
		} catch (error) {
			errors.push(error);
		}
	if (errors.length > 0) throw errors[0];
}
