import { readFileSync } from "node:fs";
import { Failure } from "../base/failure.ts";

/** A check has some eighty open, the most of them while the kit's sources are read. */
const OPEN_FILES_MIN = 256;

/**
 * Makes sure that this process may open as many files as a check needs. With fewer, any part of it could fail, and a cache
 * that cannot be read looks damaged.
 * @throws {Failure} unsupported: it may not
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
		// Elsewhere than on Linux nothing tells.
		return Number.POSITIVE_INFINITY;
	}
}
