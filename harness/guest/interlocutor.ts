import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, read, readFileSync, write } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { openTerminal, setWindowSize } from "../../native/guest.ts";
import type { Session, WindowSize } from "../protocol/index.ts";
import { OWN_PROC } from "../readings/guest/paths.ts";
import { inHarbour } from "./harbour.ts";
import { exposed } from "./oom.ts";
import { standardPipes } from "./pipes.ts";

/** The program that a session is with. */
export interface Interlocutor {
	/** What it writes, in pieces of at most CHUNK_BYTES; each is to be read to its end. */
	outputs: { stream: "stdout" | "stderr"; chunks: AsyncIterable<Buffer> }[];
	/** Settles when there is room for more. */
	input(data: Buffer): Promise<void>;
	resize(window: WindowSize): void;
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A program with a terminal. */
export interface TerminalProgram extends Interlocutor {
	/** As the harbour numbers it; null when it has ended before it had its terminal. */
	pid: Promise<number | null>;
}

const CHUNK_BYTES = 32 << 10;

/** A program, and what its environment has beside what every program's has there. */
type Program = Pick<Session, "argv" | "environment">;

/** Starts the program on a terminal of its own: what it writes to stdout and stderr is then one stream. */
export function startOnTerminal(program: Program, window: WindowSize): TerminalProgram {
	const { masterFd, slaveFd } = openTerminal(window.rows, window.columns);
	// The leader of a new session, as whoever logs in: only such a process can have a controlling terminal.
	const child = start(program, ["setsid", "--ctty"], [slaveFd, slaveFd, slaveFd]);
	closeSync(slaveFd);
	const listening = hasTerminal(child.pid ?? 0);
	return {
		pid: listening,
		outputs: [{ stream: "stdout", chunks: untilHungUp(masterFd) }],
		input: (data) => listening.then(() => writeAll(masterFd, data)),
		resize: ({ rows, columns }) => setWindowSize(masterFd, rows, columns),
		ended: endOf(child),
	};
}

/** Starts the program between three pipes. An input of no bytes is its end. */
export function startBetweenPipes(program: Program): Interlocutor {
	const { fds, streams, handedOver } = standardPipes();
	const child = start(program, [], fds);
	handedOver();
	const { stdin, stdout, stderr } = streams;
	// It may have ended, or closed its input: then nobody reads what comes.
	stdin.on("error", () => {});
	return {
		outputs: [
			{ stream: "stdout", chunks: inPieces(stdout) },
			{ stream: "stderr", chunks: inPieces(stderr) },
		],
		input: (data) =>
			new Promise((resolve) => {
				if (data.length === 0) stdin.end(resolve);
				else stdin.write(data, () => resolve());
			}),
		resize: () => {},
		ended: endOf(child),
	};
}

/** Writes all of it, and waits without blocking this thread. */
export async function writeAll(fd: number, data: Buffer): Promise<void> {
	for (let sent = 0; sent < data.length; ) sent += (await writeSome(fd, data, sent)).bytesWritten;
}

/** What can be read, piece by piece. */
export async function* chunksOf(fd: number): AsyncGenerator<Buffer> {
	const buffer = Buffer.alloc(CHUNK_BYTES);
	for (;;) {
		const { bytesRead } = await readSome(fd, buffer);
		if (bytesRead === 0) return;
		yield Buffer.from(buffer.subarray(0, bytesRead));
	}
}

// To a reader who was slow, a stream gives all that has come since as one buffer.
async function* inPieces(stream: Readable): AsyncGenerator<Buffer> {
	for await (const gathered of stream as AsyncIterable<Buffer>)
		for (let at = 0; at < gathered.length; at += CHUNK_BYTES) yield gathered.subarray(at, at + CHUNK_BYTES);
}

// Before, Ctrl-C would be nobody's. See tpgid in proc_pid_stat(5). The program is the one child of nsenter.
async function hasTerminal(nsenter: number): Promise<number | null> {
	const foreground = (pid: string) => {
		const stat = readFileSync(`${OWN_PROC}/${pid}/stat`, "utf8");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5];
	};
	// Its number in the harbour, which is one level down. See NSpid in proc_pid_status(5).
	const inHarbour = (pid: string) =>
		Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`${OWN_PROC}/${pid}/status`, "utf8"))?.[1]);
	try {
		for (;;) {
			const pid = readFileSync(`${OWN_PROC}/${nsenter}/task/${nsenter}/children`, "utf8").trim();
			if (pid !== "" && foreground(pid) === pid) return inHarbour(pid);
			await sleep(5);
		}
	} catch {
		return null; // It has ended.
	}
}

// The end of what a terminal's master has to say is an error: nobody has the terminal any more. See pty(7).
async function* untilHungUp(masterFd: number): AsyncGenerator<Buffer> {
	try {
		yield* chunksOf(masterFd);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
	}
	closeSync(masterFd);
}

const readSome = promisify(read) as (fd: number, buffer: Buffer) => Promise<{ bytesRead: number }>;
const writeSome = promisify(write) as (fd: number, data: Buffer, at: number) => Promise<{ bytesWritten: number }>;

function start({ argv, environment }: Program, through: string[], stdio: [number, number, number]): ChildProcess {
	const { program, args, env } = inHarbour([...through, ...argv]);
	return exposed(() => spawn(program, args, { stdio, env: { ...env, ...environment } }));
}

function endOf(child: ChildProcess): Interlocutor["ended"] {
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", (code, signal) => resolve({ code, signal }));
	});
}
