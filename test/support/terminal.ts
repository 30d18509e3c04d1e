import { spawn } from "@lydell/node-pty";
import { inKit } from "../../harness/kit.ts";

/** Runs `drydock` on a terminal, and answers its question with what is typed. */
export async function answered(
	dir: string,
	typed: string,
	...args: string[]
): Promise<{ code: number; shown: string }> {
	const terminal = spawn(process.execPath, [inKit("harness/cli/bin.js"), ...args], { cwd: dir, cols: 80, rows: 24 });
	let shown = "";
	terminal.onData((text) => {
		const before = shown.includes("[y/N]");
		shown += text;
		if (!before && shown.includes("[y/N]")) terminal.write(typed);
	});
	const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => terminal.onExit(resolve));
	return { code: exitCode, shown };
}
