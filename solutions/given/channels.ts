import { closeSync, readSync, writeSync } from "node:fs";
import {
	POLLIN,
	POLLOUT,
	type PollFd,
	poll,
	readSignal,
	SIG_BLOCK,
	SIGCHLD,
	SIGTTOU,
	SIGWINCH,
	signalfd,
	sigprocmask,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

/** A way for bytes from one descriptor to another. */
export interface Channel {
	from: number;
	to: number;
}

/** What to do while the channels copy. */
export interface Copying {
	/** Called when the size of the caller's terminal has changed: SIGWINCH. */
	onResize(): void;
	/**
	 * Called when a channel has come to its end. May return a descriptor: `copy` closes it, and copies through no channel
	 * that uses it any more. What this throws ends the copying.
	 * @param error undefined: there is nothing more to read. Otherwise, what the kernel said to the last read or write
	 */
	onEnd(channel: Channel, error?: NodeJS.ErrnoException): number | undefined;
}

/** A channel, and what was read and is not written yet. */
type Filled = Channel & { rest: Buffer };

/**
 * Copies through all channels at once until the container has ended. No channel waits for another one. What the container
 * has written before its end is still copied.
 * @param container a child of this process
 * @returns the child's exit code; 128+n if signal n ended it
 */
export function copy(container: number, channels: readonly Channel[], { onResize, onEnd }: Copying): number {
	// SIGCHLD and SIGWINCH stay pending for the signal descriptor. SIGTTOU would stop a process in the background that
	// changes a terminal.
	sigprocmask(SIG_BLOCK, [SIGCHLD, SIGWINCH, SIGTTOU]);
	const signals = signalfd([SIGCHLD, SIGWINCH]);
	let open = channels.map((channel): Filled => ({ ...channel, rest: Buffer.alloc(0) }));
	let exitCode = exitCodeOf(container);
	for (;;) {
		const waits = exitCode === undefined || open.some(({ rest }) => rest.length > 0);
		const [signal, ...ready] = poll([{ fd: signals, events: POLLIN }, ...open.map(awaited)], waits ? -1 : 0);
		if (exitCode !== undefined && ready.every((events) => events === 0)) return exitCode;
		const results = open.map((channel, index) => (ready[index] === 0 ? "goes on" : move(channel)));
		const ends = open.flatMap((channel, index) => {
			const result = results[index];
			return result === "goes on" ? [] : [onEnd(channel, result === "end" ? undefined : result) ?? []].flat();
		});
		for (const fd of new Set(ends)) closeSync(fd);
		open = open.filter(
			({ from, to }, index) => results[index] === "goes on" && !ends.includes(from) && !ends.includes(to),
		);
		if (signal === 0 || exitCode !== undefined) continue;
		if (readSignal(signals).signo === SIGWINCH) onResize();
		exitCode = exitCodeOf(container);
		if (exitCode !== undefined) open = open.filter(({ from }) => from !== 0);
	}
}

// A channel waits for something to read, or for room for what it has read.
function awaited({ from, to, rest }: Filled): PollFd {
	return rest.length === 0 ? { fd: from, events: POLLIN } : { fd: to, events: POLLOUT };
}

// Reads once, or writes once what was read before.
function move(channel: Filled): "goes on" | "end" | NodeJS.ErrnoException {
	try {
		if (channel.rest.length > 0) channel.rest = channel.rest.subarray(writeSync(channel.to, channel.rest));
		else {
			const buffer = Buffer.alloc(4_096);
			channel.rest = buffer.subarray(0, readSync(channel.from, buffer));
			if (channel.rest.length === 0) return "end";
		}
		return "goes on";
	} catch (error) {
		const failed = error as NodeJS.ErrnoException;
		// The descriptor does not wait, and there was nothing to read, or no room.
		return failed.code === "EAGAIN" ? "goes on" : failed;
	}
}

// Returns the exit code of a child that has ended; undefined if it has not.
function exitCodeOf(child: number): number | undefined {
	const { pid, status } = waitpid(child, WNOHANG);
	if (pid === 0) return undefined;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
