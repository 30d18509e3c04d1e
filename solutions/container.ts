import { runCommand } from "./01-process/process.ts";
import { oneAtATime } from "./lock.ts";
import { type Container, inPlaceOf, type Part, parts } from "./part.ts";
import { findOnSearchPath } from "./search-path.ts";

/**
 * Runs a container. Makes each part that the container asks for, on the host. Enters the parts in the container's first
 * process. Removes them on the host after the command has ended.
 * @returns the command's exit code; 128+n when signal n ended it
 */
export function run(asked: Asked): number {
	const container: AskedContainer = { id: "", ...asked };
	return inPlaceOf(container, () => runParts(container, asked));
}

type Asked = Partial<Container> & Record<string, unknown>;
type AskedContainer = Container & Asked;

function runParts(container: AskedContainer, asked: Asked): number {
	const used: { part: Part; made: unknown }[] = [];
	try {
		for (const part of parts) {
			// Not checked earlier: the `make` of an earlier part may set the property that asks for this part.
			if (container[part.when] === undefined) continue;
			const make = () => part.make?.(container);
			used.push({ part, made: part.remove ? oneAtATime(make) : make() });
		}
		const command = asked.command && findOnSearchPath(asked.command, container.layers ?? [asked.rootfs ?? ""]);
		return runCommand(command ?? (container.command as [string]), () => {
			// This runs in a forked child. It empties `used`, so that the child's `finally` removes nothing if `enter`
			// throws.
			for (const { part, made } of used.splice(0)) part.enter?.(container, made);
		});
	} finally {
		const removable = used.toReversed().filter(({ part }) => part.remove);
		doAll(removable, ({ part, made }) => oneAtATime(() => part.remove?.(made)));
	}
}

/** Calls `step` for each item, also after one call has thrown. Then throws the first error, if there was one. */
export function doAll<T>(items: readonly T[], step: (item: T) => void): void {
	const errors: unknown[] = [];
	for (const item of items)
		try {
			step(item);
		} catch (error) {
			errors.push(error);
		}
	if (errors.length > 0) throw errors[0];
}
