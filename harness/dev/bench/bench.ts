import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inKit } from "../../base/kit.ts";
import { visibleProgress } from "../../base/progress.ts";
import { qemuVersion } from "../../vm/computer/qemu-program.ts";
import { ensureImage } from "../../vm/image/image.ts";
import { Machine } from "../../vm/machine.ts";
import { coldBoot, ensureTemplate, type Template } from "../../vm/template.ts";
import { demoTimings } from "./demo.ts";
import { gradingTimings } from "./grade.ts";
import { liveTimings } from "./live.ts";
import { shellStarts } from "./shell.ts";
import { testDurations } from "./tests.ts";
import { savesToVerdicts, stageTimings } from "./watch.ts";

/**
 * `npm run bench`: measures how long things take on this computer, and how much memory they use. Measures most things
 * several times.
 * Nothing passes or fails. With `-- --json`, the result is one JSON document. With the names of parts, such as
 * `-- grade`, only those parts are measured. `-- tests` measures nothing: it shows what the last `npm test` took, which
 * no other call shows.
 */
const PARTS = ["machine", "answer", "check", "watch", "shell", "demo", "live", "grade", "tests"] as const;

/** Statistics of `n` values of one measure. The measure's name contains its unit, if it has one. */
interface Figure {
	median: number;
	p10: number;
	p90: number;
	n: number;
}

const json = process.argv.includes("--json");
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const wants = (part: (typeof PARTS)[number]) => chosen.length === 0 || chosen.includes(part);
const unknown = chosen.filter((part) => !(PARTS as readonly string[]).includes(part));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(", ")}: ${PARTS.join(", ")}`);
const image = await ensureImage(visibleProgress);
const template = await ensureTemplate(image, visibleProgress);

const figures: Record<string, Figure> = {};
const load = loadavg()[0]?.toFixed(1);
if (wants("machine")) {
	await measure("coldBootMs", 3, () => boot(template));
	await measure("restoredMs", 20, () => restored(template));
	await measure("spareMs", 20, () => spare(template));
	await measure("vmPrivateMb", 5, () => privateMemory(template));
}
const measured = {
	...(wants("answer") ? { ...(await answers("list", 15)), ...(await answers("help", 15)) } : {}),
	...(wants("check") ? { ...(await checks(10)), ...(await allLessons(3)) } : {}),
	...(wants("watch") ? await watched(10) : {}),
	...(wants("shell") ? { shellMs: await visibleProgress.step("shellMs", () => shellStarts(10)) } : {}),
	...(wants("demo") ? await demoTimings(10) : {}),
	...(wants("live") ? await liveTimings(10) : {}),
	...(wants("grade") ? await gradingTimings() : {}),
	...(chosen.includes("tests") ? await testDurations() : {}),
};
for (const [name, values] of Object.entries(measured)) figures[name] = summary(values);

const machine = {
	cpu: cpus()[0]?.model,
	cores: cpus().length,
	memoryGb: Math.round(totalmem() / 2 ** 30),
	kernel: release(),
	node: process.version,
	qemu: await qemuVersion(),
	accelerator: template.accelerator,
	/** The computer's load average over one minute, just before the first measurement. */
	load,
};
if (json) process.stdout.write(`${JSON.stringify({ machine, figures }, null, "\t")}\n`);
else print();

async function measure(name: string, n: number, once: () => Promise<number>): Promise<void> {
	const values: number[] = [];
	await visibleProgress.step(name, async () => {
		for (let i = 0; i < n; i++) values.push(await once());
	});
	figures[name] = summary(values);
}

// Milliseconds from QEMU's start to the agent's first message, without a snapshot.
async function boot({ accelerator, disk }: Template): Promise<number> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-bench-"));
	try {
		const start = { kernel: image.base.kernel, initrd: image.initrd };
		return await coldBoot({ accelerator, disk, start, memory: { path: join(dir, "memory"), share: true } });
	} finally {
		await rm(dir, { recursive: true });
	}
}

// Milliseconds from QEMU's start to the agent's first answer, from the snapshot.
async function restored(from: Template): Promise<number> {
	const startedMs = performance.now();
	const fresh = Machine.restore(from);
	try {
		await fresh.ping();
		return performance.now() - startedMs;
	} finally {
		await fresh.end();
	}
}

// Milliseconds until a paused machine answers.
async function spare(from: Template): Promise<number> {
	const waiting = Machine.restore(from);
	try {
		await waiting.warmUpAndPause();
		return await waiting.ping();
	} finally {
		await waiting.end();
	}
}

// MiB of memory that one more machine costs: its own pages. All machines share the template's pages.
async function privateMemory(from: Template): Promise<number> {
	const waiting = Machine.restore(from);
	try {
		await waiting.warmUpAndPause();
		await waiting.ping();
		const rollup = await readFile(`/proc/${waiting.pid}/smaps_rollup`, "utf8");
		return Number(/^Anonymous:\s+(\d+) kB$/m.exec(rollup)?.[1]) / 1024;
	} finally {
		await waiting.end();
	}
}

// Measures commands that need no machine.
function answers(command: string, n: number): Promise<Record<string, number[]>> {
	return repeated(`${command}Ms`, n, [command], (tookMs, _stdout, add) => add(`${command}Ms`, tookMs));
}

// Measures `drydock check` as a process, from start to end, and the stages that it reports.
function checks(n: number): Promise<Record<string, number[]>> {
	return repeated("checkMs", n, ["check", "02", "--solution", "--json"], (tookMs, stdout, add) => {
		const verdict = JSON.parse(stdout) as Timed;
		add("checkMs", tookMs);
		add("checkMs.outsideJudging", tookMs - verdict.durationMs);
		for (const [stage, ms] of Object.entries(verdict.stagesMs)) add(`checkMs.${stage}`, ms);
	});
}

// Measures the check of every lesson's solution. As many run at a time as there are processors.
function allLessons(n: number): Promise<Record<string, number[]>> {
	return repeated("allLessonsMs", n, ["check", "--all", "--solution", "--json"], (tookMs, stdout, add) => {
		const { verdicts } = JSON.parse(stdout) as { verdicts: Timed[] };
		add("allLessonsMs", tookMs);
		for (const { lesson, durationMs } of verdicts) add(`lessonMs.${lesson}`, durationMs);
	});
}

// Measures the time from a save to the verdict on the screen, and its stages.
async function watched(n: number): Promise<Record<string, number[]>> {
	return visibleProgress.step("watchMs", async () => {
		const values: Record<string, number[]> = { watchMs: await savesToVerdicts(n) };
		for (const run of await stageTimings(n))
			for (const [stage, ms] of Object.entries(run)) {
				values[`watchMs.${stage}`] ??= [];
				values[`watchMs.${stage}`]?.push(ms);
			}
		return values;
	});
}

/** The part of a verdict that is about time. */
interface Timed {
	lesson: string;
	durationMs: number;
	stagesMs: Record<string, number>;
}

// Runs drydock with `args`. After each run, `take` adds what was measured. Of the n + 1 runs, the first does not count:
// it measures the references if necessary, and reads the files into memory.
async function repeated(
	name: string,
	n: number,
	args: string[],
	take: (tookMs: number, stdout: string, add: (name: string, value: number) => void) => void,
): Promise<Record<string, number[]>> {
	const values: Record<string, number[]> = {};
	const add = (figure: string, value: number) => {
		values[figure] ??= [];
		values[figure].push(value);
	};
	await visibleProgress.step(name, async () => {
		for (let i = -1; i < n; i++) {
			const startedMs = performance.now();
			// Does not use zx, because zx starts a shell, which would be measured as well.
			const { stdout } = await promisify(execFile)(process.execPath, [inKit("harness/cli/bin.js"), ...args], {
				maxBuffer: 64 << 20,
			});
			if (i >= 0) take(performance.now() - startedMs, stdout, add);
		}
	});
	return values;
}

function summary(values: readonly number[]): Figure {
	const sorted = values.toSorted((a, b) => a - b);
	const quantile = (q: number) => Math.round((sorted[Math.round((sorted.length - 1) * q)] ?? 0) * 10) / 10;
	return { median: quantile(0.5), p10: quantile(0.1), p90: quantile(0.9), n: values.length };
}

function print(): void {
	process.stdout.write(
		`${Object.entries(machine)
			.map(([name, value]) => `${name}: ${value}`)
			.join("\n")}\n\n`,
	);
	const width = Math.max(...Object.keys(figures).map((name) => name.length)) + 2;
	process.stdout.write(
		`${"".padEnd(width)}${["median", "p10", "p90", "n"].map((head) => head.padStart(9)).join("")}\n`,
	);
	for (const [name, { median, p10, p90, n }] of Object.entries(figures))
		process.stdout.write(
			`${name.padEnd(width)}${[median, p10, p90, n].map((value) => String(value).padStart(9)).join("")}\n`,
		);
}
