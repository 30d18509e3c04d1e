import { readdirSync, readFileSync } from "node:fs";

/** What was seen of a process and its descendants in regular looks at /proc. Linux only. */
export interface ProcessRecord {
	/**
	 * The most memory that the processes used together at any look, in bytes. A shared page counts in equal parts for
	 * each process that shares it (PSS). The memory of the machines' guests is included.
	 */
	peakBytes: number;
	/** Command lines of the processes that still exist. */
	left(): string[];
}

const LOOK_EVERY_MS = 100;

/** Looks at a process and its descendants until `ended` settles. */
export async function watchProcessesUntil(ended: Promise<unknown>, pid: number): Promise<ProcessRecord> {
	const seen = new Map<number, string>();
	let [peakBytes, running] = [0, true];
	const end = ended.then(() => {
		running = false;
	});
	while (running) {
		const pids = descendants(pid);
		for (const one of pids) seen.set(one, startedAt(one));
		peakBytes = Math.max(
			peakBytes,
			pids.reduce((sum, one) => sum + memoryOf(one), 0),
		);
		await Promise.race([end, new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))]);
	}
	const left = () =>
		[...seen].filter(([one, time]) => time !== "" && startedAt(one) === time).map(([one]) => commandLine(one));
	return { peakBytes, left };
}

function descendants(pid: number): number[] {
	const tasks = orElse([], () => readdirSync(`/proc/${pid}/task`));
	const children = tasks.flatMap((task) =>
		orElse([], () => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number)),
	);
	return [pid, ...children.flatMap(descendants)];
}

// Reading the PSS of a confined process may be refused; see proc_pid_smaps(5). Then shared pages count in full (VmRSS).
function memoryOf(pid: number): number {
	const read = (file: string, line: RegExp) =>
		Number(line.exec(orElse("", () => readFileSync(`/proc/${pid}/${file}`, "utf8")))?.[1] ?? 0) << 10;
	return read("smaps_rollup", /^Pss:\s+(\d+) kB$/m) || read("status", /^VmRSS:\s+(\d+) kB$/m);
}

// The start time tells whether a pid belongs to another process by now; see starttime in proc_pid_stat(5).
const startedAt = (pid: number) =>
	orElse(
		"",
		() =>
			readFileSync(`/proc/${pid}/stat`, "utf8")
				.replace(/^.*\) /s, "")
				.split(" ")[19] ?? "",
	);

const commandLine = (pid: number) =>
	orElse("", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 200));

// The process may have ended, or may not be readable.
function orElse<T>(otherwise: T, read: () => T): T {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
