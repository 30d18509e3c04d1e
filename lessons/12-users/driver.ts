import { _exit, fork, WEXITSTATUS, waitpid } from "#kernel";
import { run } from "../../solutions/box.ts";

export { run } from "../../solutions/box.ts";

/** The exit code of an engine that threw an exception. `box` uses the same number. The command that runs here never has it. */
const REFUSED = 125;

type Asked = Parameters<typeof run>[0];

/**
 * Asks for containers that must be refused, one after the other.
 * @returns the names of those that were not refused
 */
export function tryAll({ containers }: { containers: Record<string, Asked> }): string[] {
	return Object.keys(containers).filter((name) => !isRefused(containers[name] ?? {}));
}

// Each container gets an engine in a process of its own, so that the next container is tried, whatever happens to that
// process.
function isRefused(asked: Asked): boolean {
	const engine = fork();
	if (engine === 0) _exit(exitCodeOf(asked));
	return WEXITSTATUS(waitpid(engine).status) === REFUSED;
}

// The container's first process, a fork of the engine's, can throw, too. Its exception is also caught here, and it exits
// with REFUSED. In the engine's process, `run` then returns this exit code.
function exitCodeOf(asked: Asked): number {
	try {
		return run({ ...asked, command: ["/bin/sh", "-c", "exit 0"] });
	} catch (error) {
		console.error(`box: ${(error as Error).message}`);
		return REFUSED;
	}
}
