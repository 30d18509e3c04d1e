import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { LedgerLine } from "../../native/ledger.ts";
import { isEnding, type LedgerCall, LIMITS } from "../protocol.ts";
import type { Job, RunnerLine } from "./job.ts";
import { type StandardStreams, standardPipes } from "./pipes.ts";

/** A started Node that waits for its one job. See runner.ts. */
export interface Runner extends StandardStreams {
	pid: number;
	/** Gives it its job. */
	start(job: Job): void;
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

/** The environment of an ordinary shell. Where there is a `box`, it lies in /opt/box/bin. */
export const ENVIRONMENT = {
	PATH: "/opt/box/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	HOME: "/root",
	TERM: "xterm-256color",
};

let started = 0;

/** Starts a runner and waits until it is parked. It lives in the host's mount namespace, not in the agent's. */
export async function parkRunner(): Promise<Runner> {
	started += 1;
	const ledgerPath = `/run/drydock/ledger-${started}`;
	const node = ["/usr/bin/node", "--single-threaded", "--no-warnings", "/opt/drydock/runner.cjs", ledgerPath];
	const { fds, streams, handedOver } = standardPipes();
	const child = spawn("/usr/bin/nsenter", ["--mount=/proc/1/ns/mnt", "--wdns=/root", "--", ...node], {
		stdio: [...fds, "pipe", "pipe"],
		env: { ...ENVIRONMENT, LD_PRELOAD: "/opt/drydock/libkernel.so" },
	});
	handedOver();
	const runner = wrap(child, ledgerPath, streams);
	await new Promise<void>((resolve, reject) => {
		runner.onLine((line) => "parked" in line && resolve());
		runner.ended.then(({ code, signal }) =>
			reject(new Error(`a runner ended before it was parked: ${code ?? signal}`)),
		);
	});
	return runner;
}

function wrap(child: ChildProcess, ledgerPath: string, { stdin, stdout, stderr }: StandardStreams): Runner {
	const [, , , jobs, lines] = child.stdio as [null, null, null, Writable, Readable];
	if (child.pid === undefined) throw new Error("no runner could be started");
	exposeToOom(child.pid);
	// A runner may die with its job half read; that is its end, which `ended` tells.
	for (const stream of [stdin, jobs]) stream.on("error", () => {});
	const listeners = new Set<(line: RunnerLine) => void>();
	eachLine(lines, (text) => {
		// The exercise can write what it likes here, too.
		const line = parseRunnerLine(text);
		if (line !== undefined) for (const listener of listeners) listener(line);
	});
	return {
		pid: child.pid,
		stdin,
		stdout,
		stderr,
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
		ledger: () => readLedger(ledgerPath),
	};
}

/** Keeps the kernel from choosing this process when memory runs out. @see proc_pid_oom_score_adj(5) */
export function protectFromOom(): void {
	writeFileSync("/proc/self/oom_score_adj", "-1000");
}

/** When memory runs out, what the agent has started goes first; its own protection is inherited otherwise. */
export function exposeToOom(pid: number): void {
	writeFileSync(`/proc/${pid}/oom_score_adj`, "0");
}

function eachLine(stream: Readable, take: (line: string) => void): void {
	let rest = "";
	stream.setEncoding("utf8").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) take(line);
	});
}

// Joins the two lines of each call. The exercise can write what it likes here: what is not a ledger line is dropped.
function readLedger(path: string): LedgerCall[] {
	const calls = new Map<string, LedgerCall>();
	for (const text of readText(path).slice(0, LIMITS.ledgerBytes).split("\n").filter(Boolean)) {
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

function readText(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}
