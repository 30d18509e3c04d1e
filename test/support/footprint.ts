import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { cacheDir } from "../../harness/cache.ts";

/** What this computer has of drydock: whatever a submission does, it is the same before and after. */
export interface Footprint {
	/** Processes that this one has started, directly or not, by name. */
	processes: string[];
	/** What this process has open, apart from what Node opens for itself. */
	openFiles: string[];
	/** Names in the directory for temporary files. */
	temporary: string[];
	/** Everything in the cache. */
	cache: string[];
}

/** @param before what to wait for: the end of a process is seen a moment after it was asked for */
export async function footprint(before?: Footprint): Promise<Footprint> {
	for (let patience = 40; ; patience--) {
		const now = await measure();
		if (before === undefined || patience === 0 || JSON.stringify(now) === JSON.stringify(before)) return now;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

async function measure(): Promise<Footprint> {
	return {
		processes: descendants(process.pid).sort(),
		openFiles: openFiles().sort(),
		temporary: (await readdir(tmpdir())).sort(),
		cache: (await readdir(cacheDir, { recursive: true })).sort(),
	};
}

function descendants(pid: number): string[] {
	try {
		const tasks = readdirSync(`/proc/${pid}/task`);
		const children = tasks.flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" "));
		return children.filter(Boolean).flatMap((child) => {
			const name = readFileSync(`/proc/${child}/comm`, "utf8").trim();
			// Bundles; one for all of this process's life.
			return name === "esbuild" ? [] : [name, ...descendants(Number(child))];
		});
	} catch {
		return []; // It has ended meanwhile.
	}
}

// Sockets and pipes by kind: their numbers are never the same.
function openFiles(): string[] {
	return readdirSync("/proc/self/fd").flatMap((fd) => {
		try {
			return [readlinkSync(`/proc/self/fd/${fd}`).replace(/:\[\d+\]$/, "")];
		} catch {
			return []; // What listed them.
		}
	});
}
