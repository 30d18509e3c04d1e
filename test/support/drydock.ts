import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";

/** The exit code of a command, or null if a signal ended it, and its output. */
export interface CommandResult {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs `drydock` as a process of its own in this directory, without a terminal. */
export async function drydock(cwd: string, ...args: string[]): Promise<CommandResult> {
	const $ = await zx();
	const child = $({ cwd, nothrow: true })`${process.execPath} ${inKit("harness/cli/bin.js")} ${args}`;
	child.stdin.end();
	const { exitCode, stdout, stderr } = await child;
	return { code: exitCode, stdout: withNpxCommand(stdout), stderr: withNpxCommand(stderr) };
}

// Most of the tests' workspaces lack what npx needs to find the kit. In such a workspace, drydock prints `node` and its
// own path instead of `npx drydock`. This undoes it.
const withNpxCommand = (text: string) => text.replaceAll(`node ${inKit("harness/cli/bin.js")}`, "npx drydock");
