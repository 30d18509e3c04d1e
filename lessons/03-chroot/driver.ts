import { getpid } from "#kernel";
import { breakOut } from "../../solutions/03-chroot/chroot.ts";
import { part } from "../../solutions/part.ts";

export { run } from "../../solutions/box.ts";

/**
 * Breaks out of the root before the command runs. This is the engine's last part, so the process has entered its root
 * already.
 */
part<{ escape: true }>({
	when: "escape",
	enter: () => {
		// The check looks at the process here, where the break-out begins, and then continues it.
		process.kill(getpid(), "SIGSTOP");
		breakOut();
	},
});
