import { isatty } from "node:tty";
import { isDeepStrictEqual } from "node:util";
import { cfmakeraw, SIG_BLOCK, SIGTTOU, sigprocmask, TCSANOW, tcgetattr, tcsetattr } from "#kernel";

/**
 * Remembers the settings of the terminal that box was started on. A container with a terminal of its own changes them
 * (lesson 14), and restores them itself unless it is killed.
 * @returns restores them, unless somebody else, such as the shell, has changed them since
 */
export function rememberTerminal(): () => void {
	if (!isatty(0)) return () => {};
	const settings = tcgetattr(0);
	const raw = cfmakeraw(settings);
	return () => {
		// From the background, the kernel would stop this process.
		sigprocmask(SIG_BLOCK, [SIGTTOU]);
		try {
			if (isDeepStrictEqual(tcgetattr(0), raw)) tcsetattr(0, TCSANOW, settings);
		} catch {
			// The terminal has hung up.
		}
	};
}
