import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inKit } from "../../base/kit.ts";
import { submissionsOf } from "../submissions.ts";

const SUBMISSIONS = 100;
/** The pause between two measurements of the memory. */
const SAMPLE_MS = 500;
/** Clock ticks per second in /proc: USER_HZ. */
const TICKS_PER_SECOND = 100;

/** Submissions that hang until their deadline: five of a hundred. */
const HANG = [
	"hostile/endings/loops",
	"submissions/bad-input/child-loops",
	"submissions/bad-input/child-sleeps",
	"hostile/resources/fork-bomb",
	"hostile/output/floods-stdout",
];
/** Submissions that use up a resource, disturb the output, or end processes or the machine. */
const HOSTILE = [
	"resources/eats-all-memory",
	"resources/eats-the-heap",
	"resources/fills-the-file-system",
	"resources/floods-the-ledger",
	"output/prints-a-megabyte",
	"output/closes-all-descriptors",
	"endings/panics",
	"endings/powers-off",
	"endings/reboots",
	"endings/kills-everybody",
].map((name) => `hostile/${name}`);

/**
 * Measures `drydock grade` on a class of right, wrong and hostile submissions, all different. Linux only: reads
 * /proc.
 */
export async function gradingTimings(): Promise<Record<string, number[]>> {
	const dir = await mkdtemp(join(tmpdir(), "drydock-bench-"));
	try {
		const made = await makeClass(join(dir, "class"));
		const cpuBefore = await cpuSecondsOfEnded();
		const startedMs = performance.now();
		const out = join(dir, "report.json");
		const args = ["grade", join(dir, "class"), "--lesson", "02", "--format", "json", "--out", out, "--exit-zero"];
		// Does not use zx, because zx starts a shell, and the shell's memory would be measured as well.
		const child = spawn(process.execPath, [inKit("harness/cli/bin.js"), ...args], { stdio: ["ignore", 2, 2] });
		const ended = once(child, "close");
		const peakMb = await peakMemoryMb(child.pid ?? -1, ended);
		const tookMs = performance.now() - startedMs;
		const cpuSeconds = (await cpuSecondsOfEnded()) - cpuBefore;
		const { submissions } = JSON.parse(await readFile(out, "utf8")) as GradedReport;
		const durations = submissions
			.filter(({ name }) => made.get(name) !== "hostile")
			.map(({ results }) => results[0].durationMs);
		return {
			submissionsPerMinute: [SUBMISSIONS / (tookMs / 60_000)],
			gradeMs: [tookMs],
			"gradeMs.each": durations,
			gradeCpuPercent: [(100 * cpuSeconds) / ((tookMs / 1000) * cpus().length)],
			gradePeakMb: [peakMb],
			"graded.asExpected": [submissions.filter(({ name, results: [{ status }] }) => made.get(name) === status).length],
			"graded.notJudged": [submissions.filter(({ results }) => results[0].status === "error").length],
		};
	} finally {
		await rm(dir, { recursive: true });
	}
}

interface GradedReport {
	submissions: { name: string; results: [{ status: string; durationMs: number }] }[];
}

// Writes the class: right and wrong submissions by turns, with a hostile one after every few of them. Returns by name
// the status that each submission must get, or "hostile" if no status is expected.
async function makeClass(dir: string): Promise<Map<string, "pass" | "fail" | "hostile">> {
	const bad = await Promise.all([...HANG, ...HOSTILE].map((name) => readFile(inKit("test", `${name}.ts`), "utf8")));
	const [right, wrong] = [await textsOf("right"), await textsOf("wrong")];
	const every = Math.floor(SUBMISSIONS / bad.length);
	const made = new Map<string, "pass" | "fail" | "hostile">();
	for (let number = 0; number < SUBMISSIONS; number++) {
		const [round, place] = [Math.floor(number / every), number % every];
		const hostile = place === every - 1 ? bad[round] : undefined;
		const plain = place % 2 === 0 ? right : wrong;
		const name = `learner-${String(number).padStart(3, "0")}`;
		made.set(name, hostile !== undefined ? "hostile" : plain === right ? "pass" : "fail");
		await mkdir(join(dir, name, "02-unshare"), { recursive: true });
		const text = hostile ?? plain[(number >> 1) % plain.length] ?? "";
		await writeFile(join(dir, name, "02-unshare/isolate.ts"), `${text}\n// ${name}\n`);
	}
	return made;
}

const textsOf = async (kind: "right" | "wrong"): Promise<string[]> =>
	(await submissionsOf("02-unshare", kind)).map(({ text }) => text);

// The peak memory of drydock and its descendants, in MiB. Uses PSS, which divides a shared page among the processes
// that map it: all machines map one template.
async function peakMemoryMb(pid: number, ended: Promise<unknown>): Promise<number> {
	let [peak, running] = [0, true];
	ended.then(() => {
		running = false;
	});
	while (running) {
		const sizes = await Promise.all((await withDescendants(pid)).map(pssKb));
		peak = Math.max(peak, sizes.reduce((sum, kb) => sum + kb, 0) / 1024);
		await Promise.race([sleep(SAMPLE_MS), ended]);
	}
	return peak;
}

async function withDescendants(pid: number): Promise<number[]> {
	const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
	const lists = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, "utf8").catch(() => ""));
	const children = (await Promise.all(lists)).flatMap((list) => list.split(" ").filter(Boolean).map(Number));
	return [pid, ...(await Promise.all(children.map(withDescendants))).flat()];
}

async function pssKb(pid: number): Promise<number> {
	const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
	return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
}

// The processor time of this process's children that have ended, and of their children: see proc_pid_stat(5), cutime
// and cstime.
async function cpuSecondsOfEnded(): Promise<number> {
	const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /, "").split(" ");
	return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
