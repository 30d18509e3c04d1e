import { appendFileSync, readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";

// Vitest loads this in each worker that runs tests in machines, before each test file. It notes how much processor time
// the file took, in this process and in the processes that this one has waited for. Unlike real time, processor time
// hardly depends on what else the computer does.

/** One unit in /proc/PID/stat is 10 ms on Linux. See proc_pid_stat(5). */
const MS_PER_TICK = 10;

const { DRYDOCK_TESTS_PROCESSOR: notes } = process.env;
if (notes !== undefined) {
	const before = processorMs();
	afterAll(() => {
		const line = { name: expect.getState().testPath, ms: processorMs() - before };
		appendFileSync(notes, `${JSON.stringify(line)}\n`);
	});
}

/** User and system time of this process and of its children, in milliseconds. Fields utime to cstime. */
function processorMs(): number {
	const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
	return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * MS_PER_TICK, 0);
}
