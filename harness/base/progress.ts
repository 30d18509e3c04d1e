import { interruption } from "./interrupt.ts";
import { plainWanted } from "./plain.ts";

/** Shows the progress of long work to a person, on stderr. */
export interface Progress {
	/**
	 * Runs a step of the work, and shows its title and how long it took. While the step runs, a text that `work` gives to
	 * `showDetail` is shown beside the title.
	 */
	step<T>(title: string, work: (showDetail: (detail: string) => void) => Promise<T>): Promise<T>;
	/** Shows a text that the user should know, and that is not an error. */
	note(text: string): void;
}

/** The title of the step that the user interrupted; undefined if no step was shown at that moment. */
export const interruptedStep = (): string | undefined => interrupted;
let interrupted: string | undefined;

/** Shows nothing; for `--json` and for tests. */
export const silentProgress: Progress = { step: (_title, work) => work(() => {}), note: () => {} };

/**
 * Shows each step with its time: by a spinner if stderr is a terminal; otherwise, and in plain text, by a line when the
 * step is done. Only the spinner shows details.
 */
export const visibleProgress: Progress = {
	note(text) {
		process.stderr.write(`  ${text}\n`);
	},
	async step(title, work) {
		const startedMs = Date.now();
		const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
		// A terminal of unknown width has 0 columns. The spinner would try to delete infinitely many lines there.
		if (!process.stderr.isTTY || !process.stderr.columns || plainWanted()) {
			const result = await notingInterruption(
				title,
				work(() => {}),
			);
			process.stderr.write(`${title}: done (${seconds()})\n`);
			return result;
		}
		const { default: ora } = await import("ora");
		const spinner = ora({ text: title, discardStdin: false }).start();
		let detail = "";
		const ticking = setInterval(() => {
			spinner.text = `${title} (${detail ? `${detail}, ` : ""}${seconds()})`;
		}, 250);
		try {
			const result = await notingInterruption(
				title,
				work((text) => {
					detail = text;
				}),
			);
			spinner.succeed(`${title} (${seconds()})`);
			return result;
		} catch (error) {
			// The command itself says what was interrupted, in its last line.
			if (interruption.aborted) spinner.stop();
			else spinner.fail(`${title} (${seconds()})`);
			throw error;
		} finally {
			clearInterval(ticking);
		}
	},
};

// Notes which step was under way when the user interrupted the command.
async function notingInterruption<T>(title: string, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (interruption.aborted) interrupted ??= title;
		throw error;
	}
}
