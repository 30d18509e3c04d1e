import { readFileSync } from "node:fs";
import { Failure } from "../../base/failure.ts";

/** A check has about eighty files open at most, while the kit's sources are read. */
const OPEN_FILES_MIN = 256;

/**
 * Checks that this process may open as many files as a check needs. With a lower limit, any part of a check could fail,
 * and a cache that cannot be read would look damaged.
 * @throws {Failure} unsupported: the limit is too low
 */
export function needOpenFiles(): void {
	const limit = limitOfOpenFiles();
	if (limit >= OPEN_FILES_MIN) return;
	const what = `this process may open only ${limit} files (ulimit -n); drydock needs ${OPEN_FILES_MIN}`;
	throw new Failure("unsupported", what, "ulimit -n 1024, then the same command");
}

function limitOfOpenFiles(): number {
	try {
		const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
		return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
	} catch {
		// Only Linux shows the limit in a file.
		return Number.POSITIVE_INFINITY;
	}
}
