import { spawnSync } from "node:child_process";
import { openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { compileFunction } from "node:vm";
import { exitAtOnce, reseedRandom, setDumpable, useDevNull, useTerminal } from "../../native/guest.ts";
import * as kernel from "../../native/kernel.ts";
import { isChildTask, openLedger } from "../../native/ledger.ts";
import { recordedFiles } from "../../native/recorded-files.ts";
import type { Ending } from "../protocol/index.ts";
import { tryEscape } from "./escape.ts";
import type { Job, RunnerLine } from "./job.ts";

/**
 * A runner: a Node process that has started, waits for one job, does it and ends. Several runners wait in the snapshot,
 * so a run does not have to start Node.
 *
 * All of this file is synchronous, because the exercise forks, and a forked child has only the thread that forked. The
 * one exception is a call that may return a promise.
 */

// Node sets close-on-exec on the descriptors that it was started with, so the container's programs inherit neither of
// these two.
const JOB_FD = 3;
const REPORT_FD = 4;
const LEDGER_PATH = process.argv[2];

/** The most characters of an exercise's return value, as JSON, that a runner reports. */
const VALUE_CHARS = 1 << 16;

// Every program started from here on gets the environment of an ordinary shell.
delete process.env["LD_PRELOAD"];
warmUp();
if (LEDGER_PATH !== undefined) openLedger(openSync(LEDGER_PATH, "a"));
report({ parked: process.pid });

const job = readJob();
reseedRandom();
// Shutting Node down takes longer than the exercise did, so process.exit ends the process at once. In a forked child,
// process.exit shuts Node down as it does under box: the shutdown needs threads that fork has not copied, and the
// kernel kills the child with SIGSEGV.
const exitThroughNode = Reflect.get(process, "reallyExit") as (code?: number) => never;
Object.assign(process, {
	reallyExit: (code?: number) => (isChildTask() ? exitThroughNode.call(process, code) : exitAtOnce(code ?? 0)),
});
if (job.do === "escape") {
	report({ escape: tryEscape(job.pid, job.hostDevices) });
	exitAtOnce(0);
}
applyIdentity(job);
const ending = runExercise(job);
if (ending instanceof Promise) ending.then(end);
else end(ending);

function end(ending: RunnerEnding): never {
	// process.pid would not tell: Node reads the pid once, so a forked child has its parent's.
	const inChild = isChildTask();
	if (inChild && ending.how !== "threw") report({ ending: { how: "child-returned" } });
	else {
		report({ ending: ending.how === "threw" ? { ...ending, inChild } : withBoundedValue(ending) });
		// Wait until the agent has read this process from outside: its state when it threw, or its zombies.
		readSync(JOB_FD, Buffer.alloc(1));
	}
	// Not process.exit: in a forked child, it would shut Node down, which needs threads that the child does not have.
	exitAtOnce(inChild ? 70 : 0);
}

// Cuts off a value that is too long, because the agent would keep only a part of a very long line. The limit
// outside the guest is lower than VALUE_CHARS, so the value is still found too long there.
function withBoundedValue(ending: Exclude<RunnerEnding, { how: "threw" }>): RunnerEnding {
	if (ending.how !== "returned") return ending;
	const text = JSON.stringify(ending.value) ?? "";
	return text.length > VALUE_CHARS ? { ...ending, value: text.slice(0, VALUE_CHARS) } : ending;
}

// The order matters: after setuid(2), the process may no longer change its groups. See capabilities(7).
function applyIdentity({ as, stdio }: ExerciseJob): void {
	if (typeof stdio === "object") useTerminal(stdio.terminal);
	if (stdio === "none") useDevNull();
	if (as === undefined) return;
	// 0 stands for the writing process: cgroups(7).
	if (as.cgroup !== undefined) writeFileSync(`${as.cgroup}/cgroup.procs`, "0");
	process.setgroups?.(as.groups ?? []);
	process.setgid?.(as.gid);
	process.setuid?.(as.uid);
	setDumpable();
}

function runExercise({ code, export: name, args, asynchronous }: ExerciseJob): RunnerEnding | Promise<RunnerEnding> {
	const threw = (error: unknown): RunnerEnding => ({ how: "threw", thrown: describeError(error), inChild: false });
	const returned = (value: unknown): RunnerEnding => ({ how: "returned", value: value ?? null });
	try {
		const module = { exports: {} as Record<string, unknown> };
		compileFunction(code, ["module", "exports", "require"], { filename: "exercise.js" })(
			module,
			module.exports,
			requireForExercise,
		);
		const exported = module.exports[name];
		if (typeof exported !== "function") throw new TypeError(`the exercise exports no function ${name}`);
		const value: unknown = exported(...args);
		if (!(value instanceof Promise)) return returned(value);
		if (!asynchronous) return { how: "asynchronous" };
		// An exception in a callback rejects no promise.
		process.once("uncaughtException", (error) => end(threw(error)));
		return value.then(returned, threw);
	} catch (error) {
		return threw(error);
	}
}

type ExerciseJob = Extract<Job, { do: "exercise" }>;
type RunnerEnding = Extract<Ending, { how: "returned" | "threw" | "asynchronous" }>;

function requireForExercise(name: string): unknown {
	if (name === "node:fs" || name === "fs") return recordedFiles;
	if (name === "node:fs/promises" || name === "fs/promises") return recordedFiles.promises;
	return name === "#kernel" ? kernel : createRequire("/opt/drydock/")(name);
}

function describeError(error: unknown): Extract<Ending, { how: "threw" }>["thrown"] {
	if (!(error instanceof Error)) return { name: typeof error, message: asText(error, 8000), stack: "" };
	const { name, message, stack = "" } = error;
	const thrown = { name: asText(name, 100), message: asText(message, 8000), stack: asText(stack, 60_000) };
	if (!(error instanceof kernel.SyscallError)) return thrown;
	const { call, args, code, errno } = error;
	return { ...thrown, syscall: { call, args: { ...args }, code, errno } };
}

// JavaScript can throw any value, even one that cannot be converted to a string.
function asText(value: unknown, length: number): string {
	return (typeof value === "string" ? value : inspect(value)).slice(0, length);
}

// The first fork, compilation, program and wait of a process are slow. So they happen here, before the snapshot.
function warmUp(): void {
	compileFunction("exports.run = () => 0", ["module", "exports"])({}, {});
	const pid = kernel.fork();
	if (pid === 0) kernel._exit(0);
	kernel.waitpid(pid);
	spawnSync("/bin/true");
}

function readJob(): Job {
	const chunks: Buffer[] = [];
	for (;;) {
		const chunk = Buffer.alloc(1 << 16);
		const length = readSync(JOB_FD, chunk);
		if (length === 0) process.exit(0);
		chunks.push(chunk.subarray(0, length));
		if (chunk[length - 1] === 10) return JSON.parse(Buffer.concat(chunks).toString()) as Job;
	}
}

function report(line: RunnerLine): void {
	writeSync(REPORT_FD, `${JSON.stringify(line)}\n`);
}
