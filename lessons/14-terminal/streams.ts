import type { WindowSize } from "#kernel";

/** Which streams a container is to have. */
export interface Streams {
	/**
	 * Whether the container reads the caller's standard input. If not, its standard input is at its end, unless it is a
	 * terminal.
	 */
	interactive: boolean;
	/** Whether the container's three streams are a terminal. */
	tty: boolean;
}

/** What `connectStreams` passes on to `takeStreams`. You may add to it. */
export interface Ends {
	/** Where the command's process sends its terminal's master; null if the container gets no terminal. */
	socket: number | null;
	/**
	 * The size that the container's terminal gets first: that of the caller's terminal. If the caller has none,
	 * 80 columns and 24 rows.
	 */
	size: WindowSize;
}

/**
 * Keeps the caller's terminal out of the container.
 * The engine calls this function first, in the process that is about to become the container. That process is still on
 * the host: its descriptors 0, 1 and 2 are the caller's.
 *
 * If something must be copied, this function forks, and returns only in the child, which becomes the container. The
 * calling process stays on the host, and ends with the container's exit code.
 */
export function connectStreams(_asked: Streams): Ends {
	// TODO(14.1) without `interactive`, put /dev/null at descriptor 0. And call setsid in takeStreams
	// TODO(14.2) with `tty`, make a pair of sockets, and fork. The child returns one socket. The parent receives the
	// terminal's master through the other one, and ends with the exit code that `serve` returns
	// TODO(14.3) replace each terminal by a pipe, so that no process of the container has the caller's terminal open
	return { socket: null, size: { rows: 24, columns: 80 } };
}

/**
 * Puts the command into a session of its own, and gives it a terminal if it is to have one.
 * The engine calls this function last, in the process that is about to become the command. The root directory of that
 * process is the container's.
 */
export function takeStreams(_ends: Ends): void {
	// TODO(14.4) with a socket, open a terminal of the container's own /dev/pts, make it the controlling terminal and the
	// three streams, and send its master
}

// TODO(14.5) in a function `serve`: pass the channels to `copy` of "#box/channels", and say what happens when one ends
// TODO(14.6) in `serve`: meanwhile, the caller's terminal is raw; afterwards, it is as before. Both terminals have the
// same size
