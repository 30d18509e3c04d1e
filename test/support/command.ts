import { spawn } from "@lydell/node-pty";
import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";

/** The module that drydock's entry file, bin.cjs, loads. */
export const BIN = inKit("harness/cli/bin.js");

/** The exit code of a command, or null if a signal ended it, and its output. */
export interface CommandResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/**
 * Runs `drydock` as a process of its own, with its output in pipes and with no input.
 * @param of.env variables in addition to those of this process
 * @param of.cwd the directory to run it in
 */
export async function drydock(
	args: readonly string[],
	{ env = {}, cwd = process.cwd() }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<CommandResult> {
	const $ = await zx();
	const run = $({ cwd, env: environmentWith(env), nothrow: true })`${process.execPath} ${BIN} ${args}`;
	run.stdin.end();
	const { exitCode, stdout, stderr } = await run;
	return { code: exitCode, stdout, stderr };
}

/** Runs `drydock` in a directory, such as a workspace. Its texts name it `npx drydock`, wherever the directory is. */
export async function drydockIn(cwd: string, ...args: string[]): Promise<CommandResult> {
	const { code, stdout, stderr } = await drydock(args, { cwd });
	return { code, stdout: withNpxCommand(stdout), stderr: withNpxCommand(stderr) };
}

// Most of the tests' workspaces lack what npx needs to find the kit. In such a workspace, drydock prints `node` and its
// own path instead of `npx drydock`. This undoes it.
const withNpxCommand = (text: string) => text.replaceAll(`node ${BIN}`, "npx drydock");

// Without these variables of the tests' own environment, which would change the output. With CI set, drydock redraws
// nothing.
function environmentWith(more: Record<string, string>): NodeJS.ProcessEnv {
	const { NO_COLOR: _, FORCE_COLOR: __, DRYDOCK_PLAIN: ___, PAGER: ____, CI: _____, ...environment } = process.env;
	return { ...environment, ...more };
}

/** Runs `drydock` on a terminal of 80 columns and 24 lines. @returns everything that the terminal received */
export function drydockAtTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
	return atTerminal(process.execPath, [BIN, ...args], env, []);
}

/**
 * Runs a program on a terminal of 80 columns and 24 lines.
 * @param env variables in addition to those of this process; `TERM` is the terminal's type
 * @param typed keys to type, in order, each after the text `after` has appeared on the terminal
 * @returns everything that the terminal received
 */
export function atTerminal(
	program: string,
	args: readonly string[],
	env: Record<string, string>,
	typed: readonly { after: string; keys: string }[],
): Promise<string> {
	const { TERM = "xterm-256color", ...rest } = env;
	const waiting = [...typed, { after: ENDED, keys: "\r" }];
	return new Promise((resolve) => {
		const size = { cols: 80, rows: 24, name: TERM };
		const child = spawn("sh", ["-c", WAIT_UNTIL_READ, "sh", program, ...args], {
			...size,
			env: environmentWith(rest),
		});
		let screen = "";
		child.onData((data) => {
			screen += data;
			const [next] = waiting;
			if (next === undefined || !screen.includes(next.after)) return;
			waiting.shift();
			child.write(next.keys);
		});
		child.onExit(() => resolve(screen.split(ENDED)[0] ?? ""));
	});
}

// Output that is unread when the program ends can get lost on a busy computer. So the shell waits until it has been
// read.
const ENDED = "[the program has ended]";
const WAIT_UNTIL_READ = `"$@"; printf '${ENDED}'; read -r _`;
