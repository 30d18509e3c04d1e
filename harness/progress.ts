import ora from "ora";

/** Tells a person, on stderr, what long work is at. */
export interface Progress {
	/** Announces a step, runs it, and says how long it took. */
	step<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
}

/** Says nothing; for `--json` and for tests. */
export const silent: Progress = { step: (_title, work) => work(() => {}) };

/** Shows each step with its time; a spinner where stderr is a terminal, a line a step elsewhere. */
export const visible: Progress = {
	async step(title, work) {
		const startedMs = Date.now();
		const spinner = ora({ text: title, discardStdin: false }).start();
		const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
		let detail = "";
		const show = () => {
			spinner.text = detail ? `${title} (${detail}, ${seconds()})` : `${title} (${seconds()})`;
		};
		// A line that is not a terminal's is printed anew at every change, so there only the ends are said.
		const ticking = process.stderr.isTTY ? setInterval(show, 500) : undefined;
		try {
			const result = await work((text) => {
				detail = text;
			});
			spinner.succeed(`${title} (${seconds()})`);
			return result;
		} catch (error) {
			spinner.fail(`${title} (${seconds()})`);
			throw error;
		} finally {
			clearInterval(ticking);
		}
	},
};
