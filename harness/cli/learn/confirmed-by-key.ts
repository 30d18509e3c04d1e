import { once } from "node:events";
import { unlessInterrupted } from "../../base/interrupt.ts";
import { TerminalKeys } from "./terminal-keys.ts";

/**
 * Asks a question that the next key answers, without Enter.
 * @returns whether the key is `y` or `Y`; any other key means no, except Esc, arrows and function keys,
 * which are ignored
 */
export async function confirmedByKey(question: string): Promise<boolean> {
	const keys = new TerminalKeys();
	process.stdout.write(`${question} [y/N] `);
	keys.listen();
	try {
		const [key] = await unlessInterrupted(once(keys, "key"));
		const isYes = key === "y" || key === "Y";
		process.stdout.write(isYes ? "yes\n" : "no\n");
		return isYes;
	} finally {
		keys.pause();
	}
}
