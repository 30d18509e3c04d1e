import { readFileSync } from "node:fs";
import type { HostState } from "../index.ts";
import type { Reader } from "./reader.ts";

/** Smaller changes are not shown: the use of memory changes all the time. */
const SMALLEST_CHANGE_BYTES = 8 << 20;

export const memory: Reader<"memory"> = (asked) => {
	if (asked === undefined) return { host: () => ({ oomKills: readOomKills(), memory: null }) };
	let shownBytes = 0;
	const read = () => {
		const { usedBytes, totalBytes } = readMemory();
		if (Math.abs(usedBytes - shownBytes) > SMALLEST_CHANGE_BYTES) shownBytes = usedBytes;
		return { usedBytes: shownBytes, totalBytes };
	};
	return {
		host: () => ({ oomKills: readOomKills(), memory: read() }),
		fingerprint: () => String(read().usedBytes),
	};
};

// "oom_kill 3": killed since boot. See proc_vmstat(5).
const readOomKills = () => Number(/^oom_kill (\d+)$/m.exec(readFileSync("/proc/vmstat", "utf8"))?.[1] ?? 0);

function readMemory(): NonNullable<HostState["memory"]> {
	const meminfo = readFileSync("/proc/meminfo", "utf8");
	const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0);
	const totalBytes = bytes("MemTotal");
	return { usedBytes: totalBytes - bytes("MemAvailable"), totalBytes };
}
