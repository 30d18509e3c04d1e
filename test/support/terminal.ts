import { inKit } from "../../harness/base/kit.ts";
import { onTerminal } from "./pty.ts";

/** Runs `drydock` on a terminal, and answers its question with what is typed. */
export async function answered(
	dir: string,
	typed: string,
	...args: string[]
): Promise<{ code: number; shown: string }> {
	// The shell gets Ctrl-C as well.
	const script = 'trap : INT; "$@"; echo "[code $?]"; read -r _';
	const terminal = onTerminal("sh", ["-c", script, "sh", process.execPath, inKit("harness/cli/bin.js"), ...args], dir);
	await terminal.until(/\[y\/N\]/);
	terminal.type(typed);
	const [, code] = /\[code (\d+)\]/.exec(await terminal.until(/\[code \d+\]/)) ?? [];
	terminal.type("\r");
	return { code: Number(code), shown: terminal.shown() };
}
