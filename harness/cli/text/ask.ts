import { createInterface } from "node:readline";
import { Failure } from "../../base/failure.ts";
import { unlessInterrupted } from "../../base/interrupt.ts";

/**
 * Asks before something is done that somebody might regret.
 * @param yes whether it was answered beforehand, with --yes
 * @param next the command with that answer in it, for those who cannot be asked
 * @returns whether the answer is yes; an end of the input (Ctrl-D) is none
 * @throws {Failure} usage: there is no terminal to ask on
 */
export async function confirmed(question: string, yes: boolean | undefined, next: string): Promise<boolean> {
	if (yes) return true;
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new Failure("usage", `${question}\nThere is no terminal to ask on.`, next);
	// Not as a terminal: so that Ctrl-C stays the signal that it is everywhere else.
	const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
	try {
		const answering = new Promise<string | null>((resolve) => {
			lines.question(`${question} [y/N] `, resolve);
			lines.on("close", () => resolve(null));
		});
		const answer = await unlessInterrupted(answering);
		// Ctrl-D ends no line.
		if (answer === null) process.stderr.write("\n");
		return /^y(es)?$/i.test(answer?.trim() ?? "");
	} finally {
		lines.close();
	}
}
