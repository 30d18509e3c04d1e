import { createInterface } from "node:readline";
import { Failure } from "../../base/failure.ts";
import { unlessInterrupted } from "../../base/interrupt.ts";

/**
 * Asks the user to confirm something that they might regret.
 * @param yes whether the user has already confirmed it with --yes
 * @param next the command with --yes in it, to try when there is no terminal
 * @returns whether the answer is yes; the end of the input (Ctrl-D) means no
 * @throws {Failure} usage: there is no terminal to ask on
 */
export async function confirmed(question: string, yes: boolean | undefined, next: string): Promise<boolean> {
	if (yes) return true;
	if (!process.stdin.isTTY || !process.stderr.isTTY)
		throw new Failure("usage", `${question}\nThere is no terminal to ask on.`, next);
	// `terminal: false`, so that Ctrl-C sends SIGINT, as everywhere else.
	const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
	try {
		const answering = new Promise<string | null>((resolve) => {
			lines.question(`${question} [y/N] `, resolve);
			lines.on("close", () => resolve(null));
		});
		const answer = await unlessInterrupted(answering);
		// After Ctrl-D, the cursor is still on the question's line.
		if (answer === null) process.stderr.write("\n");
		return /^y(es)?$/i.test(answer?.trim() ?? "");
	} finally {
		lines.close();
	}
}
