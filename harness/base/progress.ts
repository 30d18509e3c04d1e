import { plainWanted } from "./plain.ts";

/** Tells a person, on stderr, what long work is at. */
export interface Progress {
	/** Announces a step, runs it, and says how long it took. */
	step<T>(title: string, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
	/** Says something that is not an error, but good to know. */
	note(text: string): void;
}

/** Says nothing; for `--json` and for tests. */
export const silent: Progress = { step: (_title, work) => work(() => {}), note: () => {} };

/** Shows each step with its time: a spinner where stderr is a terminal, a line at its end elsewhere and in plain text. */
export const visible: Progress = {
	note(text) {
		process.stderr.write(`  ${text}\n`);
	},
	async step(title, work) {
		const startedMs = Date.now();
		const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
		if (!process.stderr.isTTY || plainWanted()) {
			const result = await work(() => {});
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
