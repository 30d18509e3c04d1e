import { Chalk } from "chalk";
import wrapAnsi from "wrap-ansi";
import { EXIT, Failure } from "../../base/failure.ts";
import { interruption } from "../../base/interrupt.ts";
import { visibleProgress } from "../../base/progress.ts";
import { shownPath } from "../../base/shown-path.ts";
import { type SaveWatcher, watchSaves } from "../../base/watch-saves.ts";
import { changesSince, type RememberedFinding } from "../../judge/changes.ts";
import { judge, type Verdict } from "../../judge/judge.ts";
import { type Lesson, loadCheck } from "../../judge/lessons.ts";
import { report } from "../../judge/report.ts";
import { currentLesson, lastAttempt, logbook, recordAttempt, selectLesson, wasJudged } from "../../learner/course.ts";
import { isLastToPass, tracks } from "../../learner/tracks.ts";
import { isUntouched, learnersFile, makeWorkspace, workspaceDir } from "../../learner/workspace.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import { outputStyle } from "../text/terminal.ts";
import { skeletonReport } from "./skeleton-report.ts";
import { TerminalKeys } from "./terminal-keys.ts";
import { WatchKeys } from "./watch-keys.ts";

/**
 * After this time, {@link SLOW} is printed. An ordinary check takes nearly this long on a busy computer that emulates
 * the processor.
 */
const SLOW_MS = 10_000;
const SLOW = [
	"Still running. A save starts the check again. A check that hangs is ended after",
	"about half a minute, or later if the computer is busy.\n",
].join("\n");
const SUPERSEDED = new Error("saved again");

/**
 * `drydock` on a terminal: checks the current lesson at every save, until `q` is typed.
 * @param poll whether to read the files at intervals: some mounts do not report changes
 * @returns the exit code
 */
export async function watch({ poll = false }: { poll?: boolean }): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY)
		throw new Failure("usage", "watch mode needs a terminal", "npx drydock check");
	await makeWorkspace(await workspaceDir());
	const machines: MachinePool = new MachinePool({ ...visibleProgress, note: (text) => loop.note(text) });
	const loop = new Watch(machines, poll);
	try {
		await loop.run(await currentLesson());
		return EXIT.passed;
	} finally {
		await loop.close();
		await machines.close();
	}
}

/** The lesson that is being worked on, its last verdict, and the check that is under way. */
class Watch {
	readonly #machines: MachinePool;
	readonly #poll: boolean;
	readonly #terminal = new TerminalKeys();
	readonly #keys = new WatchKeys(this);
	readonly #chalk = new Chalk({ level: outputStyle().color ? 1 : 0 });
	#lesson!: Lesson;
	#file = "";
	#verdict: Verdict | null = null;
	/** Whether the track has a finish that comes after this lesson: all other lessons of the track have passed. */
	#endsTrack = false;
	/** The last known findings, to show what has changed since; null if the file has never been checked. */
	#known: readonly RememberedFinding[] | null = null;
	/** Cancels the check that was started last; null before the first check. */
	#running: AbortController | null = null;
	#files: SaveWatcher | null = null;
	/** Whether another program has the terminal. */
	#isTerminalLent = false;
	/**
	 * Whether the file was saved, or a verdict was not shown, while another program had the terminal. Then the file is
	 * checked afterwards.
	 */
	#missed = false;
	#end!: { resolve(): void; reject(error: unknown): void };

	constructor(machines: MachinePool, poll: boolean) {
		this.#machines = machines;
		this.#poll = poll;
	}

	get lesson(): Lesson {
		return this.#lesson;
	}

	get file(): string {
		return this.#file;
	}

	get verdict(): Verdict | null {
		return this.#verdict;
	}

	get endsTrack(): boolean {
		return this.#endsTrack;
	}

	/** Shows what a run waits for, unless another program has the terminal. */
	note(text: string): void {
		if (!this.#isTerminalLent) visibleProgress.note(text);
	}

	/** Resolves when the user quits. Rejects if drydock is interrupted, or fails. */
	async run(lesson: Lesson): Promise<void> {
		const ended = new Promise<void>((resolve, reject) => {
			this.#end = { resolve, reject };
		});
		interruption.addEventListener("abort", () => this.#end.reject(interruption.reason));
		this.#terminal.on("key", (key) => void this.#keys.press(key).catch(this.#end.reject));
		this.#terminal.listen();
		await this.#work(lesson);
		return ended;
	}

	/** Selects a lesson, and checks its file if the learner has changed it. */
	async select(lesson: Lesson): Promise<void> {
		await selectLesson(lesson);
		await this.#work(lesson);
	}

	async #work(lesson: Lesson): Promise<void> {
		this.#lesson = lesson;
		this.#file = await learnersFile(lesson);
		this.#verdict = null;
		this.#known = (await lastAttempt(lesson))?.findings ?? null;
		this.#endsTrack = isLastToPass(await tracks(), await logbook(), lesson);
		await this.#files?.close();
		this.#files = watchSaves(this.#file, () => this.check(), { poll: this.#poll });
		if (await isUntouched(lesson)) this.#greet();
		else void this.#check(false).catch(this.#end.reject);
	}

	// Does not check the skeleton: finding out what is wrong with it is the lesson's task.
	#greet(): void {
		clear();
		process.stdout.write(`${this.#chalk.bold(this.#lesson.title)}\n\n`);
		process.stdout.write(
			`You have not changed this lesson's file yet. Edit it, and save it to check it:\n${shownPath(this.#file)}\n\n`,
		);
		process.stdout.write(this.#chalk.dim(`${this.#keys.line()}\n`));
		this.#machines.prepare(true);
	}

	/** Checks the file as it is now. Cancels a check that is under way. */
	check(): void {
		if (this.#isTerminalLent) this.#missed = true;
		else void this.#check(true).catch(this.#end.reject);
	}

	/** Lets `act` have the terminal until it is done. */
	async lendTerminal(act: () => Promise<unknown>): Promise<void> {
		this.#terminal.pause();
		this.#isTerminalLent = true;
		try {
			await act();
		} catch (error) {
			if (!(error instanceof Failure)) throw error;
			process.stdout.write(`${error.message}\n${error.next === undefined ? "" : `  try: ${error.next}\n`}`);
		} finally {
			this.#isTerminalLent = false;
			this.#terminal.listen();
		}
		if (this.#missed) {
			this.#missed = false;
			return this.check();
		}
		process.stdout.write(this.#chalk.dim(`\n${this.#keys.line()}\n`));
	}

	quit(): void {
		this.#end.resolve();
	}

	async close(): Promise<void> {
		this.#running?.abort(SUPERSEDED);
		this.#terminal.pause();
		await this.#files?.close();
	}

	// A check that is made only because the learner has come back to the lesson is no attempt: its result is recorded
	// only if the lesson passes.
	async #check(attempt: boolean): Promise<void> {
		const savedMs = performance.now();
		this.#running?.abort(SUPERSEDED);
		const running = new AbortController();
		this.#running = running;
		process.stdout.write(this.#chalk.dim(`\nchecking ${shownPath(this.#file)} …\n`));
		const slow = setTimeout(() => this.#isTerminalLent || process.stdout.write(this.#chalk.dim(SLOW)), SLOW_MS);
		try {
			const verdict = await judge(this.#lesson, this.#file, {
				imageKey: () => this.#machines.imageKey(),
				accelerator: () => this.#machines.accelerator(),
				play: (request) => this.#machines.play(request, running.signal),
			});
			running.signal.throwIfAborted();
			// Another program has the terminal: the verdict, or an error below, must not overwrite what it shows.
			if (this.#isTerminalLent) this.#missed = true;
			else await this.#show(verdict, attempt ? performance.now() - savedMs : null);
		} catch (error) {
			if (interruption.aborted || running.signal.aborted) return;
			if (!(error instanceof Failure) || error.kind === "unsupported") throw error;
			if (this.#isTerminalLent) this.#missed = true;
			else process.stdout.write(`${error.message}\n${error.next === undefined ? "" : `  try: ${error.next}\n`}`);
		} finally {
			clearTimeout(slow);
			// Gets the next machine ready while the user reads this verdict.
			if (this.#running === running) this.#machines.prepare(true);
		}
	}

	// @param tookMs time since the save; null if the check is not an attempt
	async #show(verdict: Verdict, tookMs: number | null): Promise<void> {
		// What a check could not judge is not compared with what another check found.
		const before = wasJudged(verdict) ? this.#known : null;
		this.#verdict = verdict;
		if (wasJudged(verdict)) this.#known = verdict.findings;
		const { lessonSummary } = await loadCheck(this.#lesson);
		const skeleton = await skeletonReport(this.#lesson, verdict);
		const text = skeleton ?? (await report(verdict, this.#lesson.title, lessonSummary, outputStyle()));
		clear();
		process.stdout.write(text);
		if (before !== null && skeleton === null) process.stdout.write(this.#changes(before, verdict));
		const took = tookMs === null ? "" : `${(tookMs / 1000).toFixed(1)} s after the save · `;
		const line = wrapAnsi(`${took}${this.#keys.line()}`, outputStyle().width);
		process.stdout.write(this.#chalk.dim(`\n${line}\n`));
		if (tookMs !== null || verdict.verdict === "pass") await recordAttempt(this.#lesson, verdict);
	}

	#changes(before: readonly RememberedFinding[], { findings }: Verdict): string {
		const { fixed, newlyWrong, stillWrong } = changesSince(before, findings);
		if (fixed.length + newlyWrong.length === 0) return "";
		const lines = [
			...fixed.map((what) => `  ${this.#chalk.green("now right")}: ${what}`),
			...newlyWrong.map((what) => `  ${this.#chalk.red("new")}: ${what}`),
			...stillWrong.map((what) => `  still to do: ${what}`),
		];
		const text = lines.map((line) => wrapAnsi(line, outputStyle().width, { trim: false })).join("\n");
		return `\n${this.#chalk.bold("since the last attempt")}\n${text}\n`;
	}
}

function clear(): void {
	if (outputStyle().plain) process.stdout.write("\n");
	else process.stdout.write("\u001b[2J\u001b[H");
}
