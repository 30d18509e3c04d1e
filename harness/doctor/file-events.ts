import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { watch } from "chokidar";
import { exists } from "../base/cache.ts";
import { kitDir } from "../base/kit.ts";
import { workspaceDir } from "../learner/workspace.ts";
import type { DoctorLine } from "./doctor-line.ts";

/** How long to wait for the notification. */
const EVENT_MS = 2_000;
/** If the limit on inotify(7) watches is below this, a line warns. */
const WATCHES_MIN = 1_024;

/**
 * Tests whether drydock is notified when a file in the workspace changes. If there is no workspace yet, tests it in the
 * kit's folder. On some shared folders, drydock is not notified.
 */
export async function fileEventLines(): Promise<DoctorLine[]> {
	const name = "file events";
	const workspace = await workspaceDir();
	const dir = (await exists(workspace)) ? workspace : kitDir;
	const heardMs = await untilHeard(dir).catch((error: Error) => error.message);
	const poll = "npx drydock watch --poll";
	if (typeof heardMs === "string") return [{ name, state: "warn", fact: heardMs, mend: poll }];
	if (heardMs === null) return [{ name, state: "warn", fact: `no change is reported in ${dir}`, mend: poll }];
	const limit = Number(await readFile("/proc/sys/fs/inotify/max_user_watches", "utf8").catch(() => Number.NaN));
	const heard = `a change in ${dir} was reported after ${Math.round(heardMs)} ms`;
	if (limit < WATCHES_MIN)
		return [
			{
				...{ name, state: "warn", fact: `${heard}, but only ${limit} files can be watched` },
				mend: "sudo sysctl fs.inotify.max_user_watches=65536",
			},
		];
	return [{ name, state: "good", fact: heard }];
}

/** Watches a file of its own and changes it. @returns milliseconds until the notification; null if there was none */
async function untilHeard(dir: string): Promise<number | null> {
	const scratch = await mkdtemp(join(dir, ".drydock-"));
	const file = join(scratch, "watched");
	await writeFile(file, "before");
	const watcher = watch(file, { ignoreInitial: true });
	try {
		await new Promise<void>((resolve, reject) => watcher.once("ready", resolve).once("error", reject));
		const startedMs = performance.now();
		const heard = new Promise<number>((resolve) =>
			watcher.once("change", () => resolve(performance.now() - startedMs)),
		);
		const tooLate = new Promise<null>((resolve) => setTimeout(resolve, EVENT_MS, null).unref());
		await writeFile(file, "after that");
		return await Promise.race([heard, tooLate]);
	} finally {
		await watcher.close();
		await rm(scratch, { recursive: true, force: true });
	}
}
