import { closeSync, constants, openSync } from "node:fs";
import { isatty } from "node:tty";
import { type Channel, copy } from "#box/channels";
import {
	_exit,
	cfmakeraw,
	dup2,
	fork,
	ioctl,
	pipe,
	recvmsg,
	sendmsg,
	setsid,
	socketpair,
	TCSANOW,
	TIOCGPTPEER,
	TIOCGWINSZ,
	TIOCSCTTY,
	TIOCSPTLCK,
	TIOCSWINSZ,
	tcgetattr,
	tcsetattr,
	type WindowSize,
} from "#kernel";

const { O_NOCTTY, O_NONBLOCK, O_RDWR } = constants;

/** What the user asks for a container's streams. */
export interface Streams {
	/**
	 * Whether it gets the caller's input. Otherwise its standard input is at its end, or a terminal where nobody types.
	 */
	interactive: boolean;
	/** Whether its three streams are a terminal. */
	tty: boolean;
}

/** What the command's process needs for its terminal. */
export interface Ends {
	/** Where it sends the terminal's master; null if it gets no terminal. */
	socket: number | null;
	size: WindowSize;
}

/**
 * Keeps the caller's terminal out of the container, which gets pipes in its place. If the container is to have a
 * terminal of its own, {@link takeStreams} opens it later.
 *
 * Called by one process, it returns in another: a child, which becomes the container. The caller stays on the host,
 * copies between the streams, and ends with the container's exit code. If there is no terminal on either side, there is
 * nothing to copy, and no child.
 */
export function connectStreams({ interactive, tty }: Streams): Ends {
	const terminal = [0, 1, 2].find(isatty);
	const size = terminal === undefined ? { rows: 24, columns: 80 } : ioctl(terminal, TIOCGWINSZ);
	const hasInput = interactive && !tty;
	let socket: number | null = null;
	if (tty || terminal !== undefined) {
		const pipes = [0, 1, 2].filter((fd) => isatty(fd) && (fd > 0 || hasInput)).map((fd) => ({ fd, ...pipe() }));
		const [outside, inside] = socketpair();
		const container = fork();
		// Each side closes the other side's ends. A reader finds the end of its input only when no writing end is open.
		closeSync(container === 0 ? outside : inside);
		const channels: Channel[] = [];
		for (const { fd, readFd, writeFd } of pipes) {
			const [theirs, own] = (fd === 0) === (container === 0) ? [writeFd, readFd] : [readFd, writeFd];
			closeSync(theirs);
			if (container === 0) dup2(own, fd);
			else channels.push(fd === 0 ? { from: 0, to: own } : { from: own, to: fd });
		}
		if (container !== 0) {
			// A container that could not be made sends nothing.
			const master = tty ? (recvmsg(outside) ?? undefined) : undefined;
			_exit(serve(container, channels, interactive, terminal, master));
		}
		if (tty) socket = inside;
	}
	if (!hasInput) dup2(openSync("/dev/null", "r"), 0);
	return { socket, size };
}

/** Puts the command into a session of its own, and gives it a terminal if it is to have one. */
export function takeStreams({ socket, size }: Ends): void {
	setsid();
	if (socket === null) return;
	// The container's own devpts, because this process has the container's root.
	const master = openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	ioctl(master, TIOCSPTLCK, 0);
	const slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	ioctl(slave, TIOCSWINSZ, size);
	ioctl(slave, TIOCSCTTY, 0);
	sendmsg(socket, master);
	for (const fd of [0, 1, 2]) dup2(slave, fd);
	for (const fd of [socket, master, slave]) closeSync(fd);
}

// Copies on the host until the container has ended. Returns the container's exit code.
function serve(child: number, channels: Channel[], interactive: boolean, terminal?: number, master?: number): number {
	let isMasterClosed = false;
	const resize = () => {
		if (master === undefined || terminal === undefined || isMasterClosed) return;
		ioctl(master, TIOCSWINSZ, ioctl(terminal, TIOCGWINSZ));
	};
	if (master !== undefined) channels.push({ from: master, to: 1 });
	if (master !== undefined && interactive) channels.push({ from: 0, to: master });
	const settings = master !== undefined && interactive ? tcgetattr(0) : undefined;
	try {
		// Every key is for the container, Ctrl-C as well: its own terminal makes a signal of that.
		if (settings !== undefined) tcsetattr(0, TCSANOW, cfmakeraw(settings));
		resize();
		return copy(child, channels, {
			onResize: resize,
			onEnd: ({ from, to }, error) => {
				// EPIPE: nobody reads. EIO: nobody has the other end of this terminal open. Neither is a failure.
				if (error !== undefined && !["EPIPE", "EIO"].includes(error.code ?? "")) throw error;
				// The container must hear that the caller is gone: by the end of its input, by SIGPIPE or by SIGHUP.
				const closed = from === 0 ? to : error?.syscall === "write" ? from : undefined;
				if (closed === master) isMasterClosed = true;
				return closed;
			},
		});
	} finally {
		// A terminal that has hung up is none any more.
		if (settings !== undefined && isatty(0)) tcsetattr(0, TCSANOW, settings);
	}
}
