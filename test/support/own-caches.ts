import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDir } from "../../harness/base/cache.ts";

/**
 * Gives each worker that runs tests in machines a cache of its own, so that tests can look for what is left in it, or
 * damage it, while another worker goes on. Files are hard links: an entry's files never change. Observations are
 * shared, so that no worker plays what another one has played.
 *
 * Vitest calls this once, before it starts the workers.
 * @returns what removes the caches
 */
export default async function makeOwnCaches(): Promise<() => Promise<void>> {
	// drydock removes abandoned directories with such a name.
	const root = await mkdtemp(join(await made(cacheDir), "scratch-tests-"));
	const kinds = (await readdir(cacheDir, { withFileTypes: true })).filter(
		(entry) => entry.isDirectory() && !/^scratch|^observations$/.test(entry.name),
	);
	const observations = await made(join(cacheDir, "observations"));
	for (let worker = 1; worker <= WORKERS; worker++) {
		const own = await made(join(root, String(worker)));
		for (const { name } of kinds) await promisify(execFile)("cp", ["-al", join(cacheDir, name), join(own, name)]);
		await symlink(observations, join(own, "observations"));
	}
	process.env["DRYDOCK_TESTS_CACHES"] = root;
	return () => rm(root, { recursive: true, force: true });
}

/** How many workers run tests in machines at a time. Many tests wait for most of their time, so two leave a processor idle. */
export const WORKERS = 3;

async function made(dir: string): Promise<string> {
	await mkdir(dir, { recursive: true });
	return dir;
}
