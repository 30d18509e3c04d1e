import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { spawn } from "@lydell/node-pty";
import { inKit } from "../../base/kit.ts";
import { silentProgress } from "../../base/progress.ts";
import { zx } from "../../base/zx.ts";
import { judge } from "../../judge/judge.ts";
import { findLesson, solutionOf } from "../../judge/lessons.ts";
import { makeWorkspace } from "../../learner/workspace.ts";
import { MachinePool } from "../../vm/machine-pool.ts";

/** The time that a person needs at least to read a verdict and change a line. */
const READING_MS = 4_000;
const BIN = inKit("harness/cli/bin.js");

/**
 * Measures watch mode on a terminal with lesson 02, from a save until the verdict is on the screen.
 * @returns milliseconds of each save
 */
export async function savesToVerdicts(n: number): Promise<number[]> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-bench-"));
	const solution = await readFile(await solutionOf(await findLesson("02")), "utf8");
	await makeWorkspace(dir);
	const $ = await zx();
	await $({ cwd: dir })`${process.execPath} ${BIN} select 02`;
	const screen = spawn(process.execPath, [BIN, "watch"], { cwd: dir, cols: 80, rows: 40 });
	const ended = new Promise<void>((resolve) => screen.onExit(() => resolve()));
	let shown = "";
	let verdict = () => {};
	screen.onData((data) => {
		shown += data;
		if (/after the save|You have not changed/.test(shown)) verdict();
	});
	const nextVerdict = () =>
		new Promise<void>((resolve) => {
			shown = "";
			verdict = resolve;
		});
	try {
		await nextVerdict();
		const tookMs: number[] = [];
		for (let i = 0; i < n; i++) {
			await sleep(READING_MS);
			const seen = nextVerdict();
			const startedMs = performance.now();
			await writeFile(join(dir, "02-unshare/isolate.ts"), `${solution}// ${i}\n`);
			await seen;
			tookMs.push(performance.now() - startedMs);
		}
		return tookMs;
	} finally {
		screen.write("q");
		await ended;
		await rm(dir, { recursive: true });
	}
}

/**
 * Measures the stages of the time from a save to its verdict. Judges the same module in this process, on a machine that
 * was made ready before.
 * @returns milliseconds by stage, for each run
 */
export async function stageTimings(n: number): Promise<Record<string, number>[]> {
	const lesson = await findLesson("02");
	const file = await solutionOf(lesson);
	const machines = new MachinePool(silentProgress);
	const runs: Record<string, number>[] = [];
	try {
		// The first run does not count: it starts the bundler's process.
		for (let i = -1; i < n; i++) {
			machines.prepare(true);
			await sleep(READING_MS);
			const { stagesMs } = await judge(lesson, file, machines);
			if (i >= 0) runs.push(stagesMs);
		}
		return runs;
	} finally {
		await machines.close();
	}
}
