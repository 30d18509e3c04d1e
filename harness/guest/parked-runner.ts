import { type ChildProcess, spawn } from "node:child_process";
import { fstatSync, openSync, readSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { LedgerLine } from "../../native/ledger.ts";
import {
	type CallReport,
	isEnding,
	type LedgerCall,
	LIMITS,
	LineSplitter,
	type WindowSize,
} from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { readDescriptors } from "../readings/guest/proc.ts";
import { CallStreams, type OutputStream } from "./call-streams.ts";
import { ENVIRONMENT, inHarbour } from "./harbour.ts";
import type { Job, RunnerLine } from "./job.ts";
import { withoutOomProtection } from "./oom.ts";
import { watchReaders } from "./pipe-readers.ts";
import { standardPipes } from "./pipes.ts";

/** A Node process that has started and waits for its one job. See runner.ts. */
export interface Runner {
	/** The runner's pid as the runner sees it: for a runner in the harbour, its pid there. */
	pid: number;
	/** Gives the runner its job. */
	start(job: Job): void;
	/** What descriptors 0, 1 and 2 of the job refer to, as readlink(2) shows it. Empty outside of the harbour. */
	readonly descriptors: Record<string, string>;
	/**
	 * Makes a terminal for the job to use instead of the pipes.
	 * @returns the terminal's path in the harbour, to be put into the job
	 */
	useTerminal(window: WindowSize): string;
	/** Makes the job use /dev/null instead of the pipes. */
	useDevNull(): void;
	/** Writes to the job's standard input: a pipe or the terminal. */
	input(data: string): void;
	endInput(): void;
	/** Calls `listener` for what the job writes to this stream. All of a terminal's output counts as stdout. */
	onOutput(stream: OutputStream, listener: (chunk: Buffer) => void): void;
	resize(window: WindowSize): void;
	/** How the settings of the job's terminal differ from those that the job found; null if the job has no terminal. */
	settings: CallStreams["settings"];
	/** Closes the job's terminal, if it has one. */
	hangUp(): void;
	/**
	 * The processes that have read from the pipe of the job's standard input since the last call, by their pids in the
	 * agent's PID namespace. 0 stands for readers that the kernel could not name.
	 */
	readers(): number[];
	/** The runner, or a child of it that threw, waits for this call after it has reported its ending. Then it exits. */
	release(): void;
	/** Calls `listener` for every line that the runner reports from now on. */
	onLine(listener: (line: RunnerLine) => void): void;
	/** Resolves when the runner's own process has ended. */
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
	/** What the runner and its children have recorded so far. Empty outside of the harbour. */
	ledger(): Ledger;
}

/** The system calls of a program and, separately, the functions of node:fs that changed something. */
type Ledger = Pick<CallReport, "ledger" | "writes">;

/** How long the agent waits for a runner's last line after the runner has ended. */
const LAST_LINE_MS = 500;

/** Longer than any line that a runner reports. An exercise can write to the same descriptor without end. */
const LINE_CHARS = 1 << 20;

/**
 * A QEMU that emulates the processor takes longer to translate V8's compilers than compiled code saves. So V8
 * interprets an exercise, and compiles only code that has run much more often than V8 demands by default.
 */
const LATE_COMPILATION = [
	...["--no-sparkplug", "--no-maglev"],
	...["--invocation-count-for-turbofan=30000", "--invocation-count-for-osr=30000"],
];

let runnersStarted = 0;

/**
 * Where a runner does its job. An exercise runs in the harbour, where it cannot see the agent. A break-out attempt runs
 * outside of the harbour, beside the agent.
 */
export type RunnerPlace = "harbour" | "outside";

/** Starts a runner and waits until it is parked. */
export async function parkRunner(place: RunnerPlace): Promise<Runner> {
	runnersStarted += 1;
	const ledgerPath = `/run/drydock/ledger-${runnersStarted}`;
	const options = ["--single-threaded", "--no-warnings", ...LATE_COMPILATION];
	const node = ["/usr/bin/node", ...options, "/opt/drydock/runner.cjs"];
	const { program, args, env } = place === "harbour" ? inHarbour([...node, ledgerPath]) : outsideHarbour(node);
	const { fds, streams, closeProgramEnds } = standardPipes();
	const child = withoutOomProtection(() =>
		spawn(program, args, {
			stdio: [...fds, "pipe", "pipe"],
			env: { ...env, LD_PRELOAD: "/opt/drydock/libkernel.so" },
			// In a session of its own, so that a signal to the exercise's own process group does not reach the agent.
			detached: true,
		}),
	);
	const readers = watchReaders(fds[0]);
	closeProgramEnds();
	const parked = controlRunner(child);
	const pid = await new Promise<number>((resolve, reject) => {
		parked.onLine((line) => "parked" in line && resolve(line.parked));
		parked.ended.then(({ code, signal }) =>
			reject(new Error(`a runner ended before it was parked: ${code ?? signal}`)),
		);
	});
	const callStreams = new CallStreams(streams);
	if (place === "outside")
		return {
			...parked,
			...streamMethods(callStreams),
			pid,
			readers,
			descriptors: {},
			ledger: () => ({ ledger: [], writes: [] }),
		};
	// Open the ledger before the exercise can put another file in its place.
	const ledger = openSync(`${HARBOUR_ROOT}${ledgerPath}`, "r");
	// Read the descriptors before the exercise can replace them.
	const pipes = readDescriptors(pid, 3);
	return {
		...{ ...parked, ...streamMethods(callStreams), pid, readers },
		get descriptors() {
			const { substitute } = callStreams;
			return substitute === null ? pipes : { "0": substitute, "1": substitute, "2": substitute };
		},
		ledger: () => readLedger(ledger),
	};
}

const outsideHarbour = ([program = "", ...args]: string[]) => ({ program, args, env: ENVIRONMENT });

const streamMethods = (streams: CallStreams) => ({
	useTerminal: (window: WindowSize) => streams.useTerminal(window),
	useDevNull: () => streams.useDevNull(),
	input: (data: string) => streams.input(data),
	endInput: () => streams.endInput(),
	onOutput: (stream: OutputStream, listener: (chunk: Buffer) => void) => streams.onOutput(stream, listener),
	resize: (window: WindowSize) => streams.resize(window),
	settings: () => streams.settings(),
	hangUp: () => streams.hangUp(),
});

function controlRunner(child: ChildProcess): Pick<Runner, "start" | "release" | "onLine" | "ended"> {
	const [, , , jobs, lines] = child.stdio as [null, null, null, Writable, Readable];
	// A runner may die before it has read its whole job. `ended` reports its end.
	jobs.on("error", () => {});
	const listeners = new Set<(line: RunnerLine) => void>();
	eachLine(lines, (text) => {
		// The exercise can write anything to this descriptor.
		const line = parseRunnerLine(text);
		if (line !== undefined) for (const listener of listeners) listener(line);
	});
	return {
		start: (job) => {
			jobs.write(`${JSON.stringify(job)}\n`);
		},
		release: () => {
			jobs.write("\n");
		},
		onLine: (listener) => listeners.add(listener),
		ended: new Promise((resolve) => {
			child.on("exit", (code, signal) => {
				// The runner's last line may still be in the pipe. A process that the runner left behind may keep the
				// pipe open, so the wait for its end is limited.
				const end = () => resolve({ code, signal });
				if (lines.readableEnded) end();
				else lines.once("end", end);
				setTimeout(end, LAST_LINE_MS);
			});
		}),
	};
}

function eachLine(stream: Readable, handle: (line: string) => void): void {
	const lines = new LineSplitter(LINE_CHARS);
	stream.setEncoding("utf8").on("data", (chunk: string) => {
		for (const line of lines.push(chunk)) handle(line);
	});
}

// Joins the two lines of each call. The exercise can write anything to this file, so lines that are not the ledger's
// are dropped.
function readLedger(fd: number): Ledger {
	const calls = new Map<string, LedgerCall>();
	const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, LIMITS.ledgerBytes));
	const length = readSync(fd, bytes, 0, bytes.length, 0);
	for (const text of bytes.toString("utf8", 0, length).split("\n").filter(Boolean)) {
		const line = parseLedgerLine(text);
		if (line === undefined) continue;
		const key = `${line.task}#${line.seq}`;
		if ("call" in line) calls.set(key, { task: line.task, call: line.call, args: line.args });
		else Object.assign(calls.get(key) ?? {}, "result" in line ? { result: line.result } : { error: line.error });
	}
	return separated([...calls.values()]);
}

// Separates system calls from writes of files. Each kind has its own limit: among the first LIMITS.ledgerBytes of a
// ledger, no number of writes pushes out a system call.
function separated(calls: readonly LedgerCall[]): Ledger {
	const [ledger, writes]: [LedgerCall[], Ledger["writes"]] = [[], []];
	for (const call of calls)
		if (call.call.startsWith("fs.")) writes.push({ ...call, after: ledger.length });
		else ledger.push(call);
	return { ledger: ledger.slice(0, 4000), writes: writes.slice(0, 4000) };
}

function parseRunnerLine(text: string): RunnerLine | undefined {
	const line = parseObject(text);
	if (line === undefined || ("ending" in line && !isEnding(line["ending"]))) return undefined;
	return line as RunnerLine;
}

function parseLedgerLine(text: string): LedgerLine | undefined {
	const line = parseObject(text);
	if (typeof line?.["task"] !== "string" || typeof line["seq"] !== "number") return undefined;
	const { call, args, result, error } = line;
	const isCall = typeof call === "string" && Object.values(args ?? {}).every((value) => typeof value === "string");
	const isEnd = typeof result === "number" || typeof error === "string";
	return isCall || isEnd ? (line as LedgerLine) : undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
	} catch {
		return undefined;
	}
}
