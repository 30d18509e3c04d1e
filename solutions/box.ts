import { execve, fork, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";
import { isolate } from "./02-unshare/isolate.ts";
import { enterRoot } from "./04-pivot-root/enter-root.ts";

/** What `box` is asked to run. A part that is not asked for is not done: each lesson adds one. */
export interface Options {
	/** The program and its arguments. */
	command: [string, ...string[]];
	/** 02: its own name. */
	hostname?: string;
	/** 04: its own root directory. */
	rootfs?: string;
}

/**
 * The engine: every lesson's module, in the order in which a container needs them.
 * @returns the command's exit code; 128+n when signal n ended it
 */
export function run({ command, hostname, rootfs }: Options): number {
	const pid = fork();
	if (pid === 0) {
		if (hostname !== undefined) isolate(hostname);
		if (rootfs !== undefined) enterRoot(rootfs);
		execve(command[0], command);
	}
	const { status } = waitpid(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
