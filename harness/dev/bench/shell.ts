import { spawn } from "@lydell/node-pty";
import { inKit } from "../../base/kit.ts";

const PROMPT = /root@harbour:\S+# /;

/** Measures `drydock shell` on a terminal, from its start to the first prompt. @returns milliseconds of each run */
export async function shellStarts(n: number): Promise<number[]> {
	const tookMs: number[] = [];
	for (let i = 0; i < n; i++) tookMs.push(await untilPrompt());
	return tookMs;
}

async function untilPrompt(): Promise<number> {
	const startedMs = performance.now();
	const args = [inKit("harness/cli/bin.js"), "shell", "02", "--solution"];
	const screen = spawn(process.execPath, args, { cols: 80, rows: 24 });
	const ended = new Promise<void>((resolve) => screen.onExit(() => resolve()));
	let shown = "";
	let promptMs: number | undefined;
	screen.onData((data) => {
		shown += data;
		if (promptMs !== undefined || !PROMPT.test(shown)) return;
		promptMs = performance.now() - startedMs;
		screen.write("exit\r");
	});
	await ended;
	if (promptMs === undefined) throw new Error(`there was no prompt, but ${JSON.stringify(shown)}`);
	return promptMs;
}
