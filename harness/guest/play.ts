import { closeSync, cpSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { addEntropy, makeQueue, setClock } from "../../native/guest.ts";
import { type Ending, LIMITS, type Observation, type Preparation, type ProcessState, type Run } from "../protocol.ts";
import type { RunnerLine } from "./job.ts";
import { readArguments, readHost, readProcess, readTasks } from "./probe.ts";
import type { Runner } from "./runners.ts";

type Output = (stream: "stdout" | "stderr", data: Buffer) => void;

/**
 * Plays one scenario: reads the host, starts the exercise on a parked runner, reads the command it starts while that
 * runs, lets it end, and reads what is left.
 * @param runners parked; the first takes the exercise, the second the break-out
 * @param output takes what the exercise and its programs print, up to a limit
 */
export async function play(run: Run, runners: readonly Runner[], output: Output): Promise<Observation> {
	const [runner, second] = runners;
	if (runner === undefined || second === undefined) throw new Error("too few parked runners");
	const stages = new Stopwatch();
	wake(run);
	for (const preparation of run.prepare) prepare(preparation);
	stages.lap("prepare");
	const before = readHost();
	stages.lap("readBefore");

	const outputBytes = forward(runner, output);
	const exercise = new Exercise(runner, run.token);
	const deadline = setTimeout(() => exercise.giveUp(), run.deadlineMs);
	runner.start({ do: "exercise", code: run.code, call: run.call, args: run.args });

	const pid = await exercise.command;
	stages.lap("untilCommand");
	const during = pid === null ? null : await observe(pid, run, second);
	stages.lap("readDuring");
	runner.stdin.end("\n");
	const ending = await exercise.ending;
	clearTimeout(deadline);
	stages.lap("untilEnd");
	const after = readHost();
	stages.lap("readAfter");
	const { atThrow } = exercise;
	return { before, during, after, atThrow, ending, ledger: runner.ledger(), outputBytes, stageMs: stages.laps };
}

// Restored machines are all alike: the same clock, and the same random numbers to come.
function wake({ entropy, timeMs }: Run): void {
	if (entropy === "") return;
	const random = openSync("/dev/random", "r");
	addEntropy(random, Buffer.from(entropy, "base64"));
	closeSync(random);
	setClock(timeMs);
	// From here on nobody traces the agent, reads its memory or loads a module. None of it can be taken back.
	writeFileSync("/proc/sys/kernel/yama/ptrace_scope", "3");
	writeFileSync("/proc/sys/kernel/modules_disabled", "1");
}

function prepare(preparation: Preparation): void {
	switch (preparation.do) {
		case "write":
			mkdirSync(dirname(preparation.path), { recursive: true });
			writeFileSync(preparation.path, preparation.text);
			return;
		case "copy":
			cpSync(preparation.from, preparation.to, { recursive: true, verbatimSymlinks: true });
			return;
		case "queue":
			makeQueue();
			return;
	}
}

async function observe(pid: number, run: Run, second: Runner): Promise<Observation["during"]> {
	try {
		const process = readProcess(pid);
		const attempt = run.secret === null ? null : await attemptEscape(pid, run.secret, second);
		return { host: readHost(), process: { ...process, escape: attempt } };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ESRCH") return null; // It ended while it was read.
		throw error;
	}
}

function attemptEscape(
	pid: number,
	secret: NonNullable<Run["secret"]>,
	second: Runner,
): Promise<ProcessState["escape"]> {
	return new Promise((resolve) => {
		second.onLine((line) => "escape" in line && resolve(line.escape));
		second.ended.then(() => resolve(null));
		second.start({ do: "escape", pid, secret });
	});
}

/** Follows one exercise: when its command runs, and how it ends. */
class Exercise {
	/** The pid of the command, or null when the exercise ended without one. */
	readonly command: Promise<number | null>;
	readonly ending: Promise<Ending>;
	/** The process that threw, as it was then. */
	atThrow: ProcessState | null = null;
	giveUp!: () => void;

	constructor(
		private readonly runner: Runner,
		private readonly token: string,
	) {
		let thrown: Ending | undefined;
		this.ending = new Promise((resolve) => {
			let said: Ending | undefined;
			runner.onLine((line: RunnerLine) => {
				if (!("ending" in line)) return;
				said = line.ending;
				// The exception of a child explains what its parent then reports.
				if (line.ending.how === "threw" || line.ending.how === "child-returned") thrown ??= line.ending;
				if (line.ending.how === "threw") this.#readThrower();
			});
			this.giveUp = () => resolve(thrown ?? { how: "hung", tasks: this.#tasks() });
			runner.ended.then(({ code, signal }) => resolve(thrown ?? said ?? { how: "exited", code, signal }));
		});
		this.command = new Promise((resolve) => {
			const look = () => {
				const pid = this.#findCommand();
				if (pid === undefined) return;
				clearInterval(timer);
				resolve(pid);
			};
			// Its first line of output says that it may be there; one that prints nothing is found a little later.
			runner.stdout.on("data", look);
			const timer = setInterval(look, 100);
			this.ending.then(() => {
				clearInterval(timer);
				resolve(null);
			});
		});
	}

	// The youngest of its processes is the one that still runs its code; those above wait for it.
	#readThrower(): void {
		try {
			const pid = this.#tasks().at(-1)?.pid ?? this.runner.pid;
			this.atThrow ??= { ...readProcess(pid), escape: null };
		} catch {
			// It was killed meanwhile; its end is told all the same.
		}
		this.runner.release();
	}

	#tasks() {
		return readTasks(this.runner.pid);
	}

	// The token is in the arguments of the command only; the youngest, as a shell may have forked.
	#findCommand(): number | undefined {
		return this.#tasks().findLast(({ pid }) => readArguments(pid).includes(this.token))?.pid;
	}
}

function forward(runner: Runner, output: Output): Observation["outputBytes"] {
	const bytes = { stdout: 0, stderr: 0 };
	for (const stream of ["stdout", "stderr"] as const)
		runner[stream].on("data", (chunk: Buffer) => {
			const room = LIMITS.outputBytes - bytes[stream];
			bytes[stream] += chunk.length;
			if (room > 0) output(stream, chunk.subarray(0, room));
		});
	return bytes;
}

class Stopwatch {
	readonly laps: Record<string, number> = {};
	#last = performance.now();

	lap(name: string): void {
		const now = performance.now();
		this.laps[name] = Math.round((now - this.#last) * 10) / 10;
		this.#last = now;
	}
}
