import { spawn, spawnSync } from "node:child_process";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import type { Verdict } from "../../judge/judge.ts";
import type { Lesson } from "../../judge/lessons.ts";
import { trace } from "../../judge/report.ts";
import { lessonStepsAway } from "../../learner/next.ts";
import { outputStyle } from "../text/terminal.ts";
import { confirmedByKey } from "./confirmed-by-key.ts";

/** One key of watch mode. */
interface WatchKey {
	key: string;
	/** What the key does, as `?` shows it. */
	does: string;
	/** The same in a word or two, for the line of keys below a verdict. Keys without it are not in that line. */
	short?: string;
	act(): Promise<unknown>;
}

/** What the keys act on: the lesson that is being worked on. */
interface Work {
	readonly lesson: Lesson;
	/** The learner's module. */
	readonly file: string;
	/** The last verdict; null before the first. */
	readonly verdict: Verdict | null;
	/** Checks the file as it is now. */
	check(): void;
	/** Selects a lesson, and checks its file if the learner has changed it. */
	select(lesson: Lesson): Promise<void>;
	/** Runs `act`, which has the terminal until it is done. */
	lendTerminal(act: () => Promise<unknown>): Promise<void>;
	/** Whether the track has a finish that comes after this lesson: all other lessons of the track have passed. */
	readonly endsTrack: boolean;
	quit(): void;
}

/** The keys of watch mode. Most of them do what a command does. */
export class WatchKeys {
	readonly #work: Work;
	readonly #all: readonly WatchKey[];
	/**
	 * Whether the last key was `n`, and the learner was told that the lesson has not passed. Then another `n` goes on
	 * anyway.
	 */
	#wasWarned = false;

	constructor(work: Work) {
		this.#work = work;
		const withTerminal = (act: () => Promise<unknown>) => () => work.lendTerminal(act);
		const id = () => work.lesson.id;
		this.#all = [
			{ key: "n", does: "go on to the next lesson", short: "next lesson", act: () => this.#next() },
			{
				key: "f",
				does: "play the whole engine, when all lessons of the track have passed",
				short: "the finish",
				act: withTerminal(async () => (await import("./finish.ts")).finish(undefined, {})),
			},
			{ key: "b", does: "go back to the lesson before", act: () => this.#back() },
			{
				key: "h",
				does: "show one more hint",
				short: "hint",
				act: withTerminal(async () => (await import("./hint.ts")).hint(id(), {})),
			},
			{
				key: "i",
				does: "read the lesson",
				short: "read the lesson",
				act: withTerminal(async () => (await import("./read.ts")).read(id(), {})),
			},
			{ key: "l", does: "list the lessons", act: withTerminal(async () => (await import("./list.ts")).list({})) },
			{
				key: "t",
				does: "show the system calls, yours beside the reference's",
				short: "trace",
				act: withTerminal(() => this.#trace()),
			},
			{
				key: "s",
				does: "open a shell in the lesson's machine, with your box",
				act: withTerminal(() => drydock("shell", id())),
			},
			{ key: "r", does: "check the file again", short: "check", act: async () => work.check() },
			{
				key: "e",
				does: "open the file in your editor ($VISUAL or $EDITOR)",
				short: "edit",
				act: withTerminal(async () => edit(work.file)),
			},
			{
				key: "x",
				does: "put the skeleton back (asks first)",
				act: withTerminal(async () => (await import("./reset.ts")).reset(id(), {}, confirmedByKey)),
			},
			{ key: "q", does: "quit", short: "quit", act: async () => work.quit() },
			{ key: "?", does: "show these keys", short: "all keys", act: async () => this.#help() },
		];
	}

	/** Does what a key means. Does nothing for a key without a meaning. */
	async press(key: string): Promise<void> {
		if (key !== "n") this.#wasWarned = false;
		await this.#find(key)?.act();
	}

	/** A line with the keys that are most useful now. */
	line(): string {
		const { verdict, endsTrack } = this.#work;
		const whenPassed = endsTrack ? "f?q" : "n?q";
		const keys = verdict === null ? "ier?q" : verdict.verdict === "pass" ? whenPassed : "hit?q";
		return [...keys].map((key) => `${key} ${this.#find(key)?.short}`).join(" · ");
	}

	#find(key: string): WatchKey | undefined {
		return this.#all.find((one) => one.key === key);
	}

	async #next(): Promise<void> {
		const following = await lessonStepsAway(this.#work.lesson, 1);
		if (following === undefined) {
			const finish = this.#work.endsTrack ? "; f plays your whole engine" : "";
			process.stdout.write(`this is the last lesson${finish}\n`);
			return;
		}
		if (this.#work.verdict?.verdict !== "pass" && !this.#wasWarned) {
			this.#wasWarned = true;
			process.stdout.write("this lesson has not passed yet; press n again to go on anyway\n");
			return;
		}
		this.#wasWarned = false;
		await this.#work.select(following);
	}

	async #back(): Promise<void> {
		const before = await lessonStepsAway(this.#work.lesson, -1);
		if (before === undefined) process.stdout.write("this is the first lesson\n");
		else await this.#work.select(before);
	}

	async #trace(): Promise<void> {
		const { verdict } = this.#work;
		if (verdict === null)
			throw new Failure("usage", "nothing has been checked yet", "the key r, which checks the file");
		process.stdout.write(trace(verdict, outputStyle()));
	}

	async #help(): Promise<void> {
		process.stdout.write(`\n${this.#all.map(({ key, does }) => `  ${key}  ${does}\n`).join("")}`);
	}
}

// Without zx: `drydock` and `edit` give a program the terminal, and Ctrl-C. `drydock` starts another process, because a
// session closes the standard input of its process when the session ends.
function drydock(...args: string[]): Promise<void> {
	const child = spawn(process.execPath, [inKit("harness/cli/bin.js"), ...args], { stdio: "inherit" });
	return new Promise((resolve) => child.once("close", () => resolve()));
}

function edit(file: string): void {
	const editor = process.env["VISUAL"] || process.env["EDITOR"];
	if (!editor)
		throw new Failure(
			"usage",
			"neither VISUAL nor EDITOR is set",
			"export EDITOR=vi, or open the file in your editor yourself",
		);
	// Like git: the variable may contain arguments, so a shell runs it.
	const { status, signal, error } = spawnSync("sh", ["-c", `${editor} "$1"`, editor, file], { stdio: "inherit" });
	if (error !== undefined) throw new Failure("usage", `${editor} cannot be started: ${error.message}`);
	if (signal !== null) throw new Failure("usage", `${editor} was ended by ${signal}`);
	if (status !== 0) throw new Failure("usage", `${editor} ended with exit code ${status}`);
}
