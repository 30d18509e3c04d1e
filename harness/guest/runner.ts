import { spawnSync } from "node:child_process";
import { openSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { compileFunction } from "node:vm";
import { exitAtOnce, reseed, takeBackProc, takeNothing, takeTerminal } from "../../native/guest.ts";
import * as kernel from "../../native/kernel.ts";
import { isChildTask, openLedger } from "../../native/ledger.ts";
import type { Ending } from "../protocol/index.ts";
import { tryEscape } from "./escape.ts";
import type { Job, RunnerLine } from "./job.ts";

/**
 * A runner: a Node that has started, waits for one job, does it and ends. Several of them wait in the snapshot, so a
 * run costs no start of Node.
 *
 * All of it is synchronous, but for a call that may return a promise: the exercise forks, and a forked child has only the
 * thread that forked.
 */

// Node marks what it was started with close-on-exec: the container's programs inherit neither.
const JOBS = 3;
const REPORTS = 4;
const LEDGER = process.argv[2];

/** Characters of what an exercise returns, as JSON. */
const VALUE_CHARS = 1 << 16;

// Every program started from here on gets the environment of an ordinary shell.
delete process.env["LD_PRELOAD"];
warmUp();
if (LEDGER !== undefined) openLedger(openSync(LEDGER, "a"));
say({ parked: process.pid });

const job = readJob();
reseed();
// Taking Node apart takes longer than the exercise did. A forked child that calls process.exit is left to do so, as in
// box: the threads that would do it were not copied, and the kernel ends it with SIGSEGV.
const takeApart = Reflect.get(process, "reallyExit") as (code?: number) => never;
Object.assign(process, {
	reallyExit: (code?: number) => (isChildTask() ? takeApart.call(process, code) : exitAtOnce(code ?? 0)),
});
if (job.do === "escape") {
	say({ escape: tryEscape(job.pid, job.hostDevices) });
	exitAtOnce(0);
}
takeIdentity(job);
const ending = runExercise(job);
if (ending instanceof Promise) ending.then(end);
else end(ending);

function end(ending: RunnerEnding): never {
	// Not by process.pid, which Node reads once: a forked child has its parent's.
	const inChild = isChildTask();
	if (inChild && ending.how !== "threw") say({ ending: { how: "child-returned" } });
	else {
		say({ ending: ending.how === "threw" ? { ...ending, inChild } : bounded(ending) });
		// Stays as it is until the agent has read what it looks like from outside: what it threw in, or its zombies.
		readSync(JOBS, Buffer.alloc(1));
	}
	// Not process.exit: taking Node apart takes longer than the exercise did, and in a forked child its threads are not
	// there to be stopped.
	exitAtOnce(inChild ? 70 : 0);
}

// The agent keeps a part of a line only. What is cut here is still more than the host takes: it says that it was long.
function bounded(ending: Exclude<RunnerEnding, { how: "threw" }>): RunnerEnding {
	if (ending.how !== "returned") return ending;
	const text = JSON.stringify(ending.value) ?? "";
	return text.length > VALUE_CHARS ? { ...ending, value: text.slice(0, VALUE_CHARS) } : ending;
}

// In the order in which each is still allowed. See credentials(7).
function takeIdentity({ as, stdio }: ExerciseJob): void {
	if (typeof stdio === "object") takeTerminal(stdio.terminal);
	if (stdio === "none") takeNothing();
	if (as === undefined) return;
	process.setgroups?.(as.groups ?? []);
	process.setgid?.(as.gid);
	process.setuid?.(as.uid);
	takeBackProc();
}

function runExercise({ code, export: name, args, asynchronous }: ExerciseJob): RunnerEnding | Promise<RunnerEnding> {
	const threw = (error: unknown): RunnerEnding => ({ how: "threw", thrown: describe(error), inChild: false });
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
		// What a callback throws rejects no promise.
		process.once("uncaughtException", (error) => end(threw(error)));
		return value.then(returned, threw);
	} catch (error) {
		return threw(error);
	}
}

type ExerciseJob = Extract<Job, { do: "exercise" }>;
type RunnerEnding = Extract<Ending, { how: "returned" | "threw" | "asynchronous" }>;

function requireForExercise(name: string): unknown {
	return name === "#kernel" ? kernel : createRequire("/opt/drydock/")(name);
}

function describe(error: unknown): Extract<Ending, { how: "threw" }>["thrown"] {
	if (!(error instanceof Error)) return { name: typeof error, message: shown(error, 8000), stack: "" };
	const { name, message, stack = "" } = error;
	const thrown = { name: shown(name, 100), message: shown(message, 8000), stack: shown(stack, 60_000) };
	if (!(error instanceof kernel.SyscallError)) return thrown;
	const { call, args, code, errno } = error;
	return { ...thrown, syscall: { call, args: { ...args }, code, errno } };
}

// Anything can be thrown, also what no text can be made of.
function shown(value: unknown, length: number): string {
	return (typeof value === "string" ? value : inspect(value)).slice(0, length);
}

// The first fork, the first compilation, the first program and the first wait are slow; they happen before the snapshot.
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
		const length = readSync(JOBS, chunk);
		if (length === 0) process.exit(0);
		chunks.push(chunk.subarray(0, length));
		if (chunk[length - 1] === 10) return JSON.parse(Buffer.concat(chunks).toString()) as Job;
	}
}

function say(line: RunnerLine): void {
	writeSync(REPORTS, `${JSON.stringify(line)}\n`);
}
