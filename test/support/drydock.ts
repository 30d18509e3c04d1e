import { inKit } from "../../harness/base/kit.ts";
import { zx } from "../../harness/base/zx.ts";

/** How a command has ended, and what it has said. */
export interface Run {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs `drydock` as a process of its own, from this directory, without a terminal. */
export async function drydock(cwd: string, ...args: string[]): Promise<Run> {
	const $ = await zx();
	const child = $({ cwd, nothrow: true })`${process.execPath} ${inKit("harness/cli/bin.js")} ${args}`;
	child.stdin.end();
	const { exitCode, stdout, stderr } = await child;
	return { code: exitCode, stdout: typed(stdout), stderr: typed(stderr) };
}

// The tests' workspaces are seldom whole, so npx would not find the kit's there, and drydock says its path instead.
const typed = (text: string) => text.replaceAll(`node ${inKit("harness/cli/bin.js")}`, "npx drydock");
