import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, read, readFileSync, write } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { openTerminal, setWindowSize } from "../../native/guest.ts";
import type { Session, WindowSize } from "../protocol/index.ts";
import { AGENT_PROC } from "../readings/guest/paths.ts";
import { inHarbour } from "./harbour.ts";
import { withoutOomProtection } from "./oom.ts";
import { standardPipes } from "./pipes.ts";

/** A running program whose input comes from the computer outside, and whose output goes there. */
export interface RunningProgram {
	/** What the program writes, in pieces of at most CHUNK_BYTES. Every output must be read to its end. */
	outputs: { stream: "stdout" | "stderr"; chunks: AsyncIterable<Buffer> }[];
	/** Writes to the program. Resolves when there is room for more. */
	input(data: Buffer): Promise<void>;
	resize(window: WindowSize): void;
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** A program with a terminal. */
export interface TerminalProgram extends RunningProgram {
	/** The program's pid in the harbour; null if the program ended before it had its terminal. */
	pid: Promise<number | null>;
}

const CHUNK_BYTES = 32 << 10;

/** A program, and the variables that it gets in addition to the harbour's usual environment. */
type Program = Pick<Session, "argv" | "environment">;

/** Starts the program on a terminal of its own. Its stdout and stderr are then one stream. */
export function startOnTerminal(program: Program, window: WindowSize): TerminalProgram {
	const { masterFd, slaveFd } = openTerminal(window.rows, window.columns);
	// Make the program the leader of a new session: only a session leader can get a controlling terminal.
	const child = spawnInHarbour(program, ["setsid", "--ctty"], [slaveFd, slaveFd, slaveFd]);
	closeSync(slaveFd);
	const pid = foregroundPid(child.pid ?? 0);
	return {
		pid,
		outputs: [{ stream: "stdout", chunks: chunksUntilHangUp(masterFd) }],
		input: (data) => pid.then(() => writeAll(masterFd, data)),
		resize: ({ rows, columns }) => setWindowSize(masterFd, rows, columns),
		ended: endOf(child),
	};
}

/** Starts the program with three pipes as its standard streams. An empty `input` ends its standard input. */
export function startOnPipes(program: Program): RunningProgram {
	const { fds, streams, closeProgramEnds } = standardPipes();
	const child = spawnInHarbour(program, [], fds);
	closeProgramEnds();
	const { stdin, stdout, stderr } = streams;
	// Ignore EPIPE: the program may have ended, or closed its input.
	stdin.on("error", () => {});
	return {
		outputs: [
			{ stream: "stdout", chunks: cutIntoChunks(stdout) },
			{ stream: "stderr", chunks: cutIntoChunks(stderr) },
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

/** Writes all of `data`, and waits without blocking this thread. */
export async function writeAll(fd: number, data: Buffer): Promise<void> {
	for (let sent = 0; sent < data.length; ) sent += (await writeSome(fd, data, sent)).bytesWritten;
}

/** Reads `fd` to its end, piece by piece. */
export async function* chunksOf(fd: number): AsyncGenerator<Buffer> {
	const buffer = Buffer.alloc(CHUNK_BYTES);
	for (;;) {
		const { bytesRead } = await readSome(fd, buffer);
		if (bytesRead === 0) return;
		yield Buffer.from(buffer.subarray(0, bytesRead));
	}
}

// A stream whose reader is slow delivers all that has arrived in one buffer. This function cuts the buffer into pieces.
async function* cutIntoChunks(stream: Readable): AsyncGenerator<Buffer> {
	for await (const gathered of stream as AsyncIterable<Buffer>)
		for (let at = 0; at < gathered.length; at += CHUNK_BYTES) yield gathered.subarray(at, at + CHUNK_BYTES);
}

// Waits until the program is in its terminal's foreground process group: before that, Ctrl-C would reach no process.
// See tpgid in proc_pid_stat(5). The program is nsenter's only child.
async function foregroundPid(nsenter: number): Promise<number | null> {
	const foreground = (pid: string) => {
		const stat = readFileSync(`${AGENT_PROC}/${pid}/stat`, "utf8");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[5];
	};
	// The program's pid in the harbour, whose PID namespace is one level below the agent's. See NSpid in
	// proc_pid_status(5).
	const pidInHarbour = (pid: string) =>
		Number(/^NSpid:.*\t(\d+)$/m.exec(readFileSync(`${AGENT_PROC}/${pid}/status`, "utf8"))?.[1]);
	try {
		for (;;) {
			const pid = readFileSync(`${AGENT_PROC}/${nsenter}/task/${nsenter}/children`, "utf8").trim();
			if (pid !== "" && foreground(pid) === pid) return pidInHarbour(pid);
			await sleep(5);
		}
	} catch {
		return null; // The program has ended.
	}
}

// Once no process has the terminal open, reading its master fails with EIO. That is the end of the output.
async function* chunksUntilHangUp(masterFd: number): AsyncGenerator<Buffer> {
	try {
		yield* chunksOf(masterFd);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
	}
	closeSync(masterFd);
}

const readSome = promisify(read) as (fd: number, buffer: Buffer) => Promise<{ bytesRead: number }>;
const writeSome = promisify(write) as (fd: number, data: Buffer, at: number) => Promise<{ bytesWritten: number }>;

function spawnInHarbour(
	{ argv, environment }: Program,
	wrapper: string[],
	stdio: [number, number, number],
): ChildProcess {
	const { program, args, env } = inHarbour([...wrapper, ...argv]);
	return withoutOomProtection(() => spawn(program, args, { stdio, env: { ...env, ...environment } }));
}

function endOf(child: ChildProcess): RunningProgram["ended"] {
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("exit", (code, signal) => resolve({ code, signal }));
	});
}
