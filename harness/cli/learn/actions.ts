import { spawn, spawnSync } from "node:child_process";
import { Failure } from "../../base/failure.ts";
import { inKit } from "../../base/kit.ts";
import type { Verdict } from "../../judge/judge.ts";
import { type Lesson, lessons } from "../../judge/lessons.ts";
import { trace } from "../../judge/report.ts";
import { style } from "../text/terminal.ts";
import type { Watch } from "./watch.ts";

/** One key of watch mode. */
interface Action {
	key: string;
	/** What it does, for `?`. */
	name: string;
	act(): Promise<unknown>;
}

/** What watch mode's keys do. Each is a command, too. */
export class Actions {
	readonly #watch: Watch;
	readonly #all: readonly Action[];
	/** The last key was `n`, and the lesson has not passed. */
	#sure = false;

	constructor(watch: Watch) {
		this.#watch = watch;
		const away = (act: () => Promise<unknown>) => () => watch.away(act);
		const id = () => watch.lesson.id;
		this.#all = [
			{ key: "n", name: "go on to the next lesson", act: () => this.#next() },
			{ key: "b", name: "go back to the lesson before", act: () => this.#back() },
			{ key: "h", name: "show one more hint", act: away(async () => (await import("./hint.ts")).hint(id(), {})) },
			{ key: "i", name: "read the lesson", act: away(async () => (await import("./read.ts")).read(id(), {})) },
			{ key: "l", name: "list the lessons", act: away(async () => (await import("./list.ts")).list({})) },
			{
				key: "t",
				name: "show what was asked of the kernel, yours beside the reference's",
				act: away(() => this.#trace()),
			},
			{
				key: "s",
				name: "a shell in the lesson's machine, with your box",
				act: away(() => drydock("shell", id())),
			},
			{ key: "r", name: "check again", act: async () => watch.check() },
			{ key: "e", name: "open the file in your editor ($EDITOR)", act: away(async () => edit(watch.file)) },
			{
				key: "x",
				name: "put the skeleton back (asks)",
				act: away(async () => (await import("./reset.ts")).reset(id(), {})),
			},
			{ key: "q", name: "quit", act: async () => watch.quit() },
			{ key: "?", name: "show these keys", act: async () => this.#help() },
		];
	}

	/** Does what a key means; one without a meaning does nothing. */
	async take(key: string): Promise<void> {
		if (key !== "n") this.#sure = false;
		await this.#all.find((action) => action.key === key)?.act();
	}

	/** Which keys are worth knowing after a verdict. */
	hint({ verdict }: Verdict): string {
		return verdict === "pass"
			? "n next lesson · ? all keys · q quit"
			: "h hint · i lesson · t trace · ? all keys · q quit";
	}

	async #next(): Promise<void> {
		const following = await this.#neighbour(1);
		if (following === undefined) {
			process.stdout.write("this is the last lesson\n");
			return;
		}
		if (this.#watch.verdict?.verdict !== "pass" && !this.#sure) {
			this.#sure = true;
			process.stdout.write("this lesson has not passed yet; n once more goes on all the same\n");
			return;
		}
		this.#sure = false;
		await this.#watch.select(following);
	}

	async #back(): Promise<void> {
		const before = await this.#neighbour(-1);
		if (before === undefined) process.stdout.write("this is the first lesson\n");
		else await this.#watch.select(before);
	}

	async #neighbour(distance: 1 | -1): Promise<Lesson | undefined> {
		const all = await lessons();
		return all[all.findIndex(({ id }) => id === this.#watch.lesson.id) + distance];
	}

	async #trace(): Promise<void> {
		const { verdict } = this.#watch;
		if (verdict === null) throw new Failure("usage", "nothing has been checked yet", "r");
		process.stdout.write(trace(verdict, style()));
	}

	async #help(): Promise<void> {
		process.stdout.write(`\n${this.#all.map(({ key, name }) => `  ${key}  ${name}\n`).join("")}`);
	}
}

// A process of its own, as it leaves nothing of its standard input to whoever comes next.
function drydock(...args: string[]): Promise<void> {
	const child = spawn(process.execPath, [inKit("harness/cli/bin.js"), ...args], { stdio: "inherit" });
	return new Promise((resolve) => child.once("close", () => resolve()));
}

function edit(file: string): void {
	const editor = process.env["VISUAL"] || process.env["EDITOR"];
	if (!editor) throw new Failure("usage", "no editor is named", "export EDITOR=vi, or open the file in your own");
	// As git does: the variable may hold arguments, and the shell knows how to read them.
	const { status, error } = spawnSync("sh", ["-c", `${editor} "$1"`, editor, file], { stdio: "inherit" });
	if (error !== undefined || status !== 0) throw new Failure("usage", `${editor} ended with exit code ${status}`);
}
