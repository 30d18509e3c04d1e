import { closeSync, openSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import {
	_exit,
	dup2,
	execve,
	fork,
	pipe,
	SIG_BLOCK,
	SIGTTOU,
	setsid,
	sigprocmask,
	TCSANOW,
	type Termios,
	tcgetattr,
	tcsetattr,
} from "#kernel";

/**
 * A container with a terminal of its own changes the settings of its caller's terminal (lesson 14). It restores them
 * itself, unless its process is killed. Then another process of box restores them. If all processes of box are killed
 * at once, a small process restores them. It only waits for that.
 */

/** Whether Ctrl-C and the like send signals, in `c_lflag`. See termios(3). */
const ISIG = 0o1;

// The small process: its input ends without a line if no process of box is left that could write one. Its standard error
// is the terminal. If keys send signals again, a shell has the terminal back, and has made its own settings.
const RESTORER = `read -r _ || case $(stty -a <&2) in *-isig*) stty "$1" <&2 ;; esac`;

/** The writing end of the small process's input; undefined if this process does not have it open. */
let restorer: number | undefined;

/**
 * Remembers the settings of the terminal that box was started on.
 * @returns a function that restores them, unless somebody else, such as the shell, has changed them since
 */
export function rememberTerminal(): () => void {
	if (!isatty(0)) return () => {};
	const settings = tcgetattr(0);
	restorer = startRestorer(settings);
	return () => {
		// Without this, the kernel would stop this process if it is in the background.
		sigprocmask(SIG_BLOCK, [SIGTTOU]);
		try {
			if ((tcgetattr(0).c_lflag & ISIG) === 0) tcsetattr(0, TCSANOW, settings);
			if (restorer !== undefined) writeSync(restorer, "\n");
		} catch {
			// The terminal has hung up, or the small process was killed.
		}
	};
}

/** Called in a forked process for whose end the small process must not wait, such as the container's processes. */
export function leaveTerminal(): void {
	if (restorer !== undefined) closeSync(restorer);
	restorer = undefined;
}

// Another program in a session of its own: a signal to the processes of box, by their group or by their name, does not
// reach it.
function startRestorer(settings: Termios): number {
	const { readFd, writeFd } = pipe();
	if (fork() === 0) {
		try {
			setsid();
			dup2(0, 2);
			dup2(readFd, 0);
			dup2(openSync("/dev/null", "w"), 1);
			execve("/bin/sh", ["sh", "-c", RESTORER, "sh", argumentOfStty(settings)]);
		} finally {
			_exit(127);
		}
	}
	closeSync(readFd);
	return writeFd;
}

/** Where the control characters are in `rest`. Before them is `c_line`, after them are the speeds. See termios(3). */
const [CONTROL_FROM, CONTROL_TO] = [1, 33];

// What stty -g prints: the flags and the control characters, in hexadecimal. See stty(1).
function argumentOfStty({ c_iflag, c_oflag, c_cflag, c_lflag, rest }: Termios): string {
	const numbers = [c_iflag, c_oflag, c_cflag, c_lflag, ...rest.subarray(CONTROL_FROM, CONTROL_TO)];
	return numbers.map((number) => number.toString(16)).join(":");
}
