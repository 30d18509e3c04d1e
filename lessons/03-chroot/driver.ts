import { getpid } from "#kernel";
import { runCommand } from "../../solutions/01-process/process.ts";
import { breakOut, enterRoot } from "../../solutions/03-chroot/chroot.ts";
import { onSearchPath } from "../../solutions/search-path.ts";

/** The engine as it is after lesson 03: a process with another root. Lesson 04 replaces that root by a better one. */
export function run({ command, layers = [], rootfs = layers[0] as string, ...asked }: Options): number {
	return runCommand(onSearchPath(command, [rootfs]), () => {
		enterRoot(rootfs);
		if (!asked.escape) return;
		// The check looks at where the break-out begins, and sends it on.
		process.kill(getpid(), "SIGSTOP");
		breakOut();
	});
}

export interface Options {
	command: [string, ...string[]];
	rootfs?: string;
	/** What later engines make a root of: here, the first is all of it. */
	layers?: readonly string[];
	/** Whether to break out again before the command runs. */
	escape?: boolean;
}
