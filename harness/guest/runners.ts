import { type ChildProcess, spawn } from "node:child_process";
import { fstatSync, openSync, readSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { LedgerLine } from "../../native/ledger.ts";
import { isEnding, type LedgerCall, LIMITS, Lines, type WindowSize } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { readDescriptors } from "../readings/guest/proc.ts";
import { FarEnd, type OutputStream } from "./far-end.ts";
import { ENVIRONMENT, inHarbour } from "./harbour.ts";
import type { Job, RunnerLine } from "./job.ts";
import { exposed } from "./oom.ts";
import { standardPipes } from "./pipes.ts";
import { watchReaders } from "./readers.ts";

/** A started Node that waits for its one job. See runner.ts. */
export interface Runner {
	/** As the harbour numbers it. */
	pid: number;
	/** Gives it its job. */
	start(job: Job): void;
	/** What its job finds at 0, 1 and 2, as readlink(2) names it. */
	readonly given: Record<string, string>;
	/** Makes a terminal, which takes the place of the pipes. @returns its name in the harbour, for the job */
	giveTerminal(window: WindowSize): string;
	/** Its job takes /dev/null in place of the pipes. */
	giveNothing(): void;
	/** Its far end: the pipes or the terminal. */
	input(data: string): void;
	endInput(): void;
	onOutput(stream: OutputStream, listener: (chunk: Buffer) => void): void;
	resize(window: WindowSize): void;
	hangUp(): void;
	/** Who has read from its standard input since this was last asked, by the agent's own numbers. */
	readers(): number[];
	/** Lets a process that has thrown end. */
	release(): void;
	/** Called for every line it says from now on. */
	onLine(listener: (line: RunnerLine) => void): void;
	/** Settles when the runner's own process has ended. */
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
	/** What it, and its children, have asked of the kernel so far. */
	ledger(): LedgerCall[];
}

const LAST_LINE_MS = 500;

/** More than a runner ever says in one line. An exercise can write there without an end. */
const LINE_CHARS = 1 << 20;

/**
 * QEMU takes longer to translate V8's compilers than their code saves. So an exercise is interpreted, and compiled only
 * where it runs ten times as long as V8 would wait otherwise.
 */
const COMPILED_LATE = [
	...["--no-sparkplug", "--no-maglev"],
	...["--invocation-count-for-turbofan=30000", "--invocation-count-for-osr=30000"],
];

let started = 0;

/** Where a runner does its job: exercises in the harbour, where they see no agent; the break-out beside the agent. */
export type Place = "harbour" | "outside";

/** Starts a runner and waits until it is parked. */
export async function parkRunner(place: Place): Promise<Runner> {
	started += 1;
	const ledgerPath = `/run/drydock/ledger-${started}`;
	const options = ["--single-threaded", "--no-warnings", ...COMPILED_LATE];
	const node = ["/usr/bin/node", ...options, "/opt/drydock/runner.cjs"];
	const { program, args, env } = place === "harbour" ? inHarbour([...node, ledgerPath]) : outside(node);
	const { fds, streams, handedOver } = standardPipes();
	const child = exposed(() =>
		spawn(program, args, {
			stdio: [...fds, "pipe", "pipe"],
			env: { ...env, LD_PRELOAD: "/opt/drydock/libkernel.so" },
			// A session of its own: a signal to the exercise's own process group is none to the agent.
			detached: true,
		}),
	);
	const readers = watchReaders(fds[0]);
	handedOver();
	const parked = wrap(child);
	const pid = await new Promise<number>((resolve, reject) => {
		parked.onLine((line) => "parked" in line && resolve(line.parked));
		parked.ended.then(({ code, signal }) =>
			reject(new Error(`a runner ended before it was parked: ${code ?? signal}`)),
		);
	});
	const end = new FarEnd(streams);
	if (place === "outside") return { ...parked, ...methodsOf(end), pid, readers, given: {}, ledger: () => [] };
	// Opened before the exercise can put another file in its place.
	const ledger = openSync(`${HARBOUR_ROOT}${ledgerPath}`, "r");
	// Read before the exercise can exchange them.
	const pipes = readDescriptors(pid, 3);
	return {
		...{ ...parked, ...methodsOf(end), pid, readers },
		get given() {
			const { substitute } = end;
			return substitute === null ? pipes : { "0": substitute, "1": substitute, "2": substitute };
		},
		ledger: () => readLedger(ledger),
	};
}

const outside = ([program = "", ...args]: string[]) => ({ program, args, env: ENVIRONMENT });

const methodsOf = (end: FarEnd) => ({
	giveTerminal: (window: WindowSize) => end.giveTerminal(window),
	giveNothing: () => end.giveNothing(),
	input: (data: string) => end.input(data),
	endInput: () => end.endInput(),
	onOutput: (stream: OutputStream, listener: (chunk: Buffer) => void) => end.onOutput(stream, listener),
	resize: (window: WindowSize) => end.resize(window),
	hangUp: () => end.hangUp(),
});

function wrap(child: ChildProcess): Pick<Runner, "start" | "release" | "onLine" | "ended"> {
	const [, , , jobs, lines] = child.stdio as [null, null, null, Writable, Readable];
	// A runner may die with its job half read; that is its end, which `ended` tells.
	jobs.on("error", () => {});
	const listeners = new Set<(line: RunnerLine) => void>();
	eachLine(lines, (text) => {
		// The exercise can write what it likes here, too.
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
				// Its last line may still be on its way: they travel on different descriptors. A process that it has left
				// behind may hold that one open, so its end is not waited for without end.
				const end = () => resolve({ code, signal });
				if (lines.readableEnded) end();
				else lines.once("end", end);
				setTimeout(end, LAST_LINE_MS);
			});
		}),
	};
}

function eachLine(stream: Readable, take: (line: string) => void): void {
	const lines = new Lines(LINE_CHARS);
	stream.setEncoding("utf8").on("data", (chunk: string) => {
		for (const line of lines.take(chunk)) take(line);
	});
}

// Joins the two lines of each call. The exercise can write what it likes here: what is not a ledger line is dropped.
function readLedger(fd: number): LedgerCall[] {
	const calls = new Map<string, LedgerCall>();
	const bytes = Buffer.alloc(Math.min(fstatSync(fd).size, LIMITS.ledgerBytes));
	const length = readSync(fd, bytes, 0, bytes.length, 0);
	for (const text of bytes.toString("utf8", 0, length).split("\n").filter(Boolean)) {
		const line = parseLine(text);
		if (line === undefined) continue;
		const key = `${line.task}#${line.seq}`;
		if ("call" in line) calls.set(key, { task: line.task, call: line.call, args: line.args });
		else Object.assign(calls.get(key) ?? {}, "result" in line ? { result: line.result } : { error: line.error });
	}
	return [...calls.values()].slice(0, 4000);
}

function parseRunnerLine(text: string): RunnerLine | undefined {
	const line = parseObject(text);
	if (line === undefined || ("ending" in line && !isEnding(line["ending"]))) return undefined;
	return line as RunnerLine;
}

function parseLine(text: string): LedgerLine | undefined {
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
