import { relative } from "node:path";
import { Failure } from "../base/failure.ts";
import { type SaveWatcher, watchSaves } from "../base/watch-saves.ts";
import { BOX, DURING } from "../judge/check.ts";
import { judge } from "../judge/judge.ts";
import { type Lesson, loadCheck } from "../judge/lessons.ts";
import { report } from "../judge/report.ts";
import { recordAttempt } from "../learner/course.ts";
import type { Observation } from "../protocol/index.ts";
import type { MachinePool } from "../vm/machine-pool.ts";
import type { KernelState } from "./events.ts";
import type { WorkState } from "./messages.ts";

const SUPERSEDED = new Error("saved again, or closed");
const REPORT_LAYOUT = { width: 60, color: false };

/** The state before the first save. */
export function uncheckedWork(path: string): WorkState {
	const file = relative(".", path);
	return { file, verdict: "waiting", text: `Edit ${file}: drydock checks it at every save.`, seen: null };
}

/**
 * Checks the learner's module at every save until `close` is called. Reports the verdict and what the kernel showed.
 */
export class SaveChecker {
	readonly #lesson: Lesson;
	readonly #file: string;
	readonly #machines: MachinePool;
	readonly #onState: (state: WorkState) => void;
	readonly #saves: SaveWatcher;
	#running = new AbortController();

	/**
	 * @param file the learner's module
	 * @param onState called when a check begins, and with its result
	 */
	constructor(lesson: Lesson, file: string, machines: MachinePool, onState: (state: WorkState) => void) {
		this.#lesson = lesson;
		this.#file = file;
		this.#machines = machines;
		this.#onState = onState;
		this.#saves = watchSaves(file, () => void this.#check());
	}

	async close(): Promise<void> {
		this.#running.abort(SUPERSEDED);
		await this.#saves.close();
	}

	async #check(): Promise<void> {
		this.#running.abort(SUPERSEDED);
		const running = new AbortController();
		this.#running = running;
		const file = relative(".", this.#file);
		this.#onState({ file, verdict: "checking", text: `checking ${file} …`, seen: null });
		let seen: KernelState | null = null;
		let plays = 0;
		try {
			const verdict = await judge(this.#lesson, this.#file, {
				imageKey: () => this.#machines.imageKey(),
				accelerator: () => this.#machines.accelerator(),
				play: async (request) => {
					// If the reference's result is not known yet, the reference is played as well, but the exercise is played
					// first.
					const isExercise = plays++ === 0;
					const played = await this.#machines.play(request, running.signal);
					if (isExercise && played.outcome.kind === "observed") seen = kernelStateIn(played.outcome.observation);
					return played;
				},
			});
			running.signal.throwIfAborted();
			const { lessonSummary } = await loadCheck(this.#lesson);
			this.#onState({
				file,
				verdict: verdict.verdict,
				text: await report(verdict, this.#lesson.title, lessonSummary, REPORT_LAYOUT),
				seen,
			});
			await recordAttempt(this.#lesson, verdict);
		} catch (error) {
			if (running.signal.aborted) return;
			const { message, next } = error as Failure;
			const help = error instanceof Failure && next !== undefined ? `\n  try: ${next}` : "";
			const verdict = error instanceof Failure && error.kind === "unsupported" ? "unsupported" : "error";
			this.#onState({ file, verdict, text: `${message}${help}`, seen });
		} finally {
			// Gets the next machine ready while the user reads this verdict.
			if (this.#running === running) this.#machines.prepare(true);
		}
	}
}

// Converts an observation for a demo's views. They show the foreground process of the container's shell: here, the
// command that the module started stands for it. Null if the command was not running when it should have been read.
function kernelStateIn({ moments }: Observation): KernelState | null {
	const moment = moments[DURING];
	const command = moment?.commands[BOX] ?? null;
	if (moment === undefined || command === null) return null;
	return { host: moment.host, shells: { container: { ...command, listens: false, shell: command.pid } } };
}
