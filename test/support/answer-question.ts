import { inKit } from "../../harness/base/kit.ts";
import { startOnTerminal } from "./pty.ts";

/**
 * Runs `drydock` on a terminal, and types an answer to the question that it asks.
 * @param dir the directory to run it in
 * @param typed the keys that answer the question
 * @param args the arguments of `drydock`
 * @returns the exit code, and everything that the terminal showed
 */
export async function answerQuestion(
	dir: string,
	typed: string,
	...args: string[]
): Promise<{ code: number; shown: string }> {
	// A typed Ctrl-C interrupts the shell, too. With the trap, the shell lives on and prints the exit code.
	const script = 'trap : INT; "$@"; echo "[code $?]"; read -r _';
	const terminal = startOnTerminal(
		"sh",
		["-c", script, "sh", process.execPath, inKit("harness/cli/bin.js"), ...args],
		dir,
	);
	await terminal.until(/\[y\/N\]/);
	terminal.type(typed);
	const [, code] = /\[code (\d+)\]/.exec(await terminal.until(/\[code \d+\]/)) ?? [];
	terminal.type("\r");
	return { code: Number(code), shown: terminal.shown() };
}
