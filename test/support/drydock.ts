import { execFile } from "node:child_process";
import { inKit } from "../../harness/base/kit.ts";

/** How a command has ended, and what it has said. */
export interface Run {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs `drydock` as a process of its own, from this directory, without a terminal. */
export function drydock(cwd: string, ...args: string[]): Promise<Run> {
	return new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[inKit("harness/cli/bin.js"), ...args],
			{ cwd, maxBuffer: 1 << 24 },
			(_, stdout, stderr) => resolve({ code: child.exitCode, stdout: typed(stdout), stderr: typed(stderr) }),
		);
		child.stdin?.end();
	});
}

// The tests' workspaces are seldom whole, so npx would not find the kit's there, and drydock says its path instead.
const typed = (text: string) => text.replaceAll(`node ${inKit("harness/cli/bin.js")}`, "npx drydock");
