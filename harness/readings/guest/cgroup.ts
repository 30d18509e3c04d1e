import { type Dirent, readdirSync, readFileSync } from "node:fs";
import type { HostState, RequestOf } from "../index.ts";
import type { EarlierReading } from "./host-reading.ts";
import { AGENT_PROC } from "./paths.ts";
import { readCgroup } from "./proc.ts";
import type { ChangesByItself, Reader } from "./reader.ts";

const ROOT = "/sys/fs/cgroup";
const FILES =
	/^(cgroup\.(procs|controllers|subtree_control|events)|(memory|pids|cpu)\.(max|events|stat|peak|current|swap\.max))$/;
const FILE_CHARS_MAX = 8_000;

export const cgroup: Reader<"cgroup"> = (asked) => {
	const { limits, ...changesByItself } = limitsReader(asked);
	return {
		host: ({ earlier }) => ({ cgroups: readCgroups(), limits: limits(earlier) }),
		process: ({ cgroup }) => ({ cgroup, cgroupFiles: readCgroupFiles(cgroup) }),
		...changesByItself,
	};
};

interface LimitsReader extends ChangesByItself {
	limits(earlier: readonly EarlierReading[]): HostState["limits"];
}

function limitsReader(asked: RequestOf<"cgroup"> | undefined): LimitsReader {
	if (asked === undefined) return { limits: () => ({}) };
	if ("below" in asked) return { limits: () => readCgroupTree(asked.below) };
	const made = new MadeCgroups();
	return { limits: (earlier) => made.read(earlier), fingerprint: (earlier) => made.fingerprint(earlier) };
}

/** The paths of all cgroups below `path`. @see cgroups(7) */
function readCgroups(path = ""): string[] {
	const children = entriesOf(ROOT + path).filter((entry) => entry.isDirectory());
	return children.flatMap(({ name }) => [`${path}/${name}`, ...readCgroups(`${path}/${name}`)]);
}

/** The files that show a cgroup's limits, and what the limits have led to. @param cgroup `0::/PATH` */
function readCgroupFiles(cgroup: string): Record<string, string> {
	const path = cgroup.slice(cgroup.lastIndexOf(":") + 1);
	if (path === "/") return {};
	const names = readdirSync(ROOT + path).filter((name) => FILES.test(name));
	const files = Object.fromEntries(names.map((name) => [name, readFile(`${ROOT}${path}/${name}`)]));
	const { "cgroup.procs": pids } = files;
	return pids === undefined ? files : { ...files, "cgroup.procs": harbourPids(pids) };
}

/** The files of a cgroup that are read for checks, if they exist. */
const FILES_FOR_CHECKS = [
	...["cgroup.procs", "cgroup.controllers", "cgroup.subtree_control", "cgroup.events"],
	...["memory.max", "memory.high", "memory.swap.max", "memory.oom.group", "memory.events.local"],
	...["memory.peak", "memory.swap.peak", "pids.max", "pids.peak", "pids.events.local"],
	...["cpu.max", "cpu.weight", "cpu.stat"],
];
/** The most cgroups that are read: an exercise can make any number. */
const CGROUPS_MAX = 32;

/**
 * The files of a cgroup and of the cgroups below it, by path; of CGROUPS_MAX cgroups at most.
 * @param top such as `/box`
 */
function readCgroupTree(top: string): Record<string, Record<string, string>> {
	const paths = [top, ...readCgroups(top)].slice(0, CGROUPS_MAX);
	return Object.fromEntries(paths.map((path) => [path, readCgroupFilesForChecks(path)]));
}

function readCgroupFilesForChecks(path: string): Record<string, string> {
	const there = new Set(entriesOf(ROOT + path).map(({ name }) => name));
	const { "cgroup.procs": pids = "", ...files } = readCgroupFilesNamed(
		path,
		FILES_FOR_CHECKS.filter((name) => there.has(name)),
	);
	return { ...files, "cgroup.procs": harbourPids(pids) };
}

/** The files that show what a cgroup may use, and what it uses. */
const FILES_FOR_VIEWS = [
	...["memory.current", "memory.peak", "memory.max", "memory.events"],
	...["pids.current", "pids.max", "pids.events", "cpu.stat", "cpu.max"],
];
/** Files that change by themselves, without any command. */
const CHANGING_FILES = ["memory.current", "pids.current", "cpu.stat"];
const MADE_CGROUPS_MAX = 16;

/** The cgroups that were made since the run or stage began, and the cgroups of the processes that are read. */
class MadeCgroups {
	readonly #atFirst = new Set(readCgroups());

	read(earlier: readonly EarlierReading[]): HostState["limits"] {
		return Object.fromEntries(this.#paths(earlier).map((path) => [path, readCgroupFilesNamed(path, FILES_FOR_VIEWS)]));
	}

	fingerprint(earlier: readonly EarlierReading[]): string {
		return JSON.stringify(
			this.#paths(earlier).map((path) => Object.values(readCgroupFilesNamed(path, CHANGING_FILES))),
		);
	}

	#paths(earlier: readonly EarlierReading[]): string[] {
		const theirs = earlier.map(({ pid }) => pathOf(pid)).filter((path) => path !== "/");
		const made = readCgroups().filter((path) => !this.#atFirst.has(path));
		return [...new Set([...theirs, ...made])].sort().slice(0, MADE_CGROUPS_MAX);
	}
}

function pathOf(pid: number): string {
	try {
		return readCgroup(pid).replace(/^.*?::/, "");
	} catch {
		return "/"; // It has ended since it was seen.
	}
}

/** Some of a cgroup's files. @param path such as `/box/web-1` */
function readCgroupFilesNamed(path: string, names: readonly string[]): Record<string, string> {
	return Object.fromEntries(names.map((name) => [name, readFile(`${ROOT}${path}/${name}`)]));
}

// The kernel lists the pids of the reader's PID namespace: the agent's, which is outside the harbour. Returns the
// harbour's pids of the same processes. See NSpid in proc_pid_status(5).
function harbourPids(pids: string): string {
	const numbers = pids.split("\n").flatMap((pid) => {
		const nsPids = /^NSpid:\s+\d+\s+(\d+)/m.exec(readFile(`${AGENT_PROC}/${pid}/status`));
		return nsPids?.[1] ?? [];
	});
	return numbers.join("\n");
}

function entriesOf(directory: string): Dirent[] {
	try {
		return readdirSync(directory, { withFileTypes: true });
	} catch {
		return []; // It has been removed since its parent was read.
	}
}

// A file of a controller that is off, or of a cgroup that is just being removed, cannot be read.
function readFile(path: string): string {
	try {
		return readFileSync(path, "utf8").trim().slice(0, FILE_CHARS_MAX);
	} catch {
		return "";
	}
}
