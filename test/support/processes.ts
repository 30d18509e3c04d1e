import { readdirSync, readFileSync } from "node:fs";

/** What a process and all that it has started were, as far as somebody who looks now and then sees it. Linux only: /proc. */
export interface Seen {
	/**
	 * The most memory that they had together at any moment, in bytes. A page that several share counts once, in parts (PSS); what the
	 * machines' guests use of theirs is part of it.
	 */
	peakBytes: number;
	/** Those that are still there. */
	left(): string[];
}

const LOOK_EVERY_MS = 100;

/** Looks at a process and all below it until it has ended. */
export async function watchedUntil(ended: Promise<unknown>, pid: number): Promise<Seen> {
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
		[...seen].filter(([one, time]) => time !== "" && startedAt(one) === time).map(([one]) => nameOf(one));
	return { peakBytes, left };
}

function descendants(pid: number): number[] {
	const tasks = or([], () => readdirSync(`/proc/${pid}/task`));
	const children = tasks.flatMap((task) =>
		or([], () => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number)),
	);
	return [pid, ...children.flatMap(descendants)];
}

// Of a process that is confined, not everybody may read the shares; see proc_pid_smaps(5). Then all that it shares counts.
function memoryOf(pid: number): number {
	const read = (file: string, line: RegExp) =>
		Number(line.exec(or("", () => readFileSync(`/proc/${pid}/${file}`, "utf8")))?.[1] ?? 0) << 10;
	return read("smaps_rollup", /^Pss:\s+(\d+) kB$/m) || read("status", /^VmRSS:\s+(\d+) kB$/m);
}

// A pid may be somebody else's later on; see starttime in proc_pid_stat(5).
const startedAt = (pid: number) =>
	or(
		"",
		() =>
			readFileSync(`/proc/${pid}/stat`, "utf8")
				.replace(/^.*\) /s, "")
				.split(" ")[19] ?? "",
	);

const nameOf = (pid: number) =>
	or("", () => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").slice(0, 200));

// It has ended meanwhile, or is not to be read.
function or<T>(otherwise: T, read: () => T): T {
	try {
		return read();
	} catch {
		return otherwise;
	}
}
