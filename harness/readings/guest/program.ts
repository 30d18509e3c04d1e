import { hasExecuted, readArguments, readEnvironment, readPids } from "./proc.ts";
import type { Reader } from "./reader.ts";

export const program: Reader<"program"> = () => ({
	process: ({ pid, arguments: own }) => ({
		arguments: own,
		environment: readEnvironment(pid),
		copies: countCopies(own.join("\0")),
	}),
});

// A child that a shell has forked has the shell's arguments, too. It does not count, because it has not called execve.
const countCopies = (own: string) =>
	readPids("/proc").filter((other) => readArguments(other).join("\0") === own && hasExecuted(other)).length;
