import { hasExecuted, readArguments, readEnvironment, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

export const program: Reader<"program"> = () => ({
	process: ({ pid, arguments: own }) => ({
		arguments: own,
		environment: readEnvironment(pid),
		copies: countCopies(own.join("\0")),
	}),
});

// A shell's own child has its parent's arguments, too, but it has become no program since its fork.
const countCopies = (own: string) =>
	readPids("/proc").filter((other) => readArguments(other).join("\0") === own && hasExecuted(other)).length;
