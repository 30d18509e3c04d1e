import { readFileSync } from "node:fs";
import type { Limits } from "../../protocol/index.ts";
import { readCgroupFilesNamed, readCgroups } from "./cgroup.ts";
import { readCgroup } from "./proc.ts";

const FILES = [
	"memory.current",
	"memory.peak",
	"memory.max",
	"memory.events",
	"pids.current",
	"pids.max",
	"pids.events",
	"cpu.stat",
	"cpu.max",
];
/** What moves although nobody says a word. */
const MOVING = ["memory.current", "pids.current", "cpu.stat"];
const MOST_CGROUPS = 16;
/** The machine's memory is never quite still; less than this is no news. */
const STEP_BYTES = 8 << 20;

/** Reads what cgroups may use, and what they do use. */
export class LimitsReader {
	/** What was there before anybody has done anything is not the demo's. */
	readonly #atStart = new Set(readCgroups());
	#usedBytes = 0;

	/** @param pids whose cgroups are read in any case */
	read(pids: readonly number[]): Limits {
		const cgroups = this.#wanted(pids).map((path) => [path, readCgroupFilesNamed(path, FILES)] as const);
		return { machine: this.#machine(), cgroups: Object.fromEntries(cgroups) };
	}

	/** A text that is another when something has moved; it costs little. */
	hint(pids: readonly number[]): string {
		const moving = this.#wanted(pids).map((path) => Object.values(readCgroupFilesNamed(path, MOVING)));
		return JSON.stringify([this.#machine().usedBytes, moving]);
	}

	#wanted(pids: readonly number[]): string[] {
		const theirs = pids.map(cgroupOf).filter((path) => path !== "/");
		const made = readCgroups().filter((path) => !this.#atStart.has(path));
		return [...new Set([...theirs, ...made])].sort().slice(0, MOST_CGROUPS);
	}

	#machine(): Limits["machine"] {
		const meminfo = readFileSync("/proc/meminfo", "utf8");
		const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? 0);
		const totalBytes = bytes("MemTotal");
		const usedBytes = totalBytes - bytes("MemAvailable");
		if (Math.abs(usedBytes - this.#usedBytes) > STEP_BYTES) this.#usedBytes = usedBytes;
		return { usedBytes: this.#usedBytes, totalBytes };
	}
}

function cgroupOf(pid: number): string {
	try {
		return readCgroup(pid).replace(/^.*?::/, "");
	} catch {
		return "/"; // It has ended since it was seen.
	}
}
