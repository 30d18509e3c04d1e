import { closeSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { pipe } from "../../native/descriptors.ts";

/** This process's ends of a program's standard input, output and error. */
export interface StandardStreams {
	stdin: Writable;
	stdout: Readable;
	stderr: Readable;
}

/**
 * Makes three pipes for a program that is to be started. Node itself would make socket pairs, but then the program
 * could not open /dev/stdout: open(2) fails on a socket.
 * @returns `fds` for the program, and this process's ends; call `closeProgramEnds` once the program has been started
 */
export function standardPipes(): {
	fds: [stdin: number, stdout: number, stderr: number];
	streams: StandardStreams;
	closeProgramEnds: () => void;
} {
	const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
	const fds: [number, number, number] = [stdin.readFd, stdout.writeFd, stderr.writeFd];
	const streams = {
		stdin: new Socket({ fd: stdin.writeFd, readable: false, writable: true }),
		stdout: new Socket({ fd: stdout.readFd, readable: true, writable: false }),
		stderr: new Socket({ fd: stderr.readFd, readable: true, writable: false }),
	};
	return { fds, streams, closeProgramEnds: () => fds.forEach((fd) => void closeSync(fd)) };
}
