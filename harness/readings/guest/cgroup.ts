import { type Dirent, readdirSync, readFileSync } from "node:fs";
import type { AskedOf, HostState } from "../index.ts";
import type { Beside } from "./machine.ts";
import { OWN_PROC } from "./paths.ts";
import { readCgroup } from "./proc.ts";
import type { Moving, Reader } from "./reader.ts";

const ROOT = "/sys/fs/cgroup";
const FILES =
	/^(cgroup\.(procs|controllers|subtree_control|events)|(memory|pids|cpu)\.(max|events|stat|peak|current|swap\.max))$/;
const SHOWN_LENGTH = 8_000;

export const cgroup: Reader<"cgroup"> = (asked) => {
	const { limits, ...moving } = limitsReader(asked);
	return {
		host: ({ beside }) => ({ cgroups: readCgroups(), limits: limits(beside) }),
		process: ({ cgroup }) => ({ cgroup, cgroupFiles: readCgroupFiles(cgroup) }),
		...moving,
	};
};

interface LimitsReader extends Moving {
	limits(beside: readonly Beside[]): HostState["limits"];
}

function limitsReader(asked: AskedOf<"cgroup"> | undefined): LimitsReader {
	if (asked === undefined) return { limits: () => ({}) };
	if ("below" in asked) return { limits: () => readCgroupTree(asked.below) };
	const made = new MadeCgroups();
	return { limits: (beside) => made.read(beside), hint: (beside) => made.hint(beside) };
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
	return pids === undefined ? files : { ...files, "cgroup.procs": asHarbourNumbers(pids) };
}

/** The files of a cgroup that are read for checks, if they exist. */
const ASKED_FOR = [
	...["cgroup.procs", "cgroup.controllers", "cgroup.subtree_control", "cgroup.events"],
	...["memory.max", "memory.high", "memory.swap.max", "memory.oom.group", "memory.events.local"],
	...["memory.peak", "memory.swap.peak", "pids.max", "pids.peak", "pids.events.local"],
	...["cpu.max", "cpu.weight", "cpu.stat"],
];
/** The most cgroups that are read: an exercise can make any number. */
const MOST_CGROUPS = 32;

/**
 * The files of a cgroup and of all cgroups below it, by path.
 * @param top such as `/box`
 */
function readCgroupTree(top: string): Record<string, Record<string, string>> {
	const paths = [top, ...readCgroups(top)].slice(0, MOST_CGROUPS);
	return Object.fromEntries(paths.map((path) => [path, readFilesThere(path)]));
}

function readFilesThere(path: string): Record<string, string> {
	const there = new Set(entriesOf(ROOT + path).map(({ name }) => name));
	const { "cgroup.procs": pids = "", ...files } = readCgroupFilesNamed(
		path,
		ASKED_FOR.filter((name) => there.has(name)),
	);
	return { ...files, "cgroup.procs": asHarbourNumbers(pids) };
}

/** The files that show what a cgroup may use, and what it uses. */
const IN_USE = [
	...["memory.current", "memory.peak", "memory.max", "memory.events"],
	...["pids.current", "pids.max", "pids.events", "cpu.stat", "cpu.max"],
];
/** The files that change by themselves, without any command. */
const MOVING = ["memory.current", "pids.current", "cpu.stat"];
const MOST_MADE = 16;

/** The cgroups that were not there at first, and the cgroups of the processes that are read. */
class MadeCgroups {
	readonly #atFirst = new Set(readCgroups());

	read(beside: readonly Beside[]): HostState["limits"] {
		return Object.fromEntries(this.#paths(beside).map((path) => [path, readCgroupFilesNamed(path, IN_USE)]));
	}

	hint(beside: readonly Beside[]): string {
		return JSON.stringify(this.#paths(beside).map((path) => Object.values(readCgroupFilesNamed(path, MOVING))));
	}

	#paths(beside: readonly Beside[]): string[] {
		const theirs = beside.map(({ pid }) => pathOf(pid)).filter((path) => path !== "/");
		const made = readCgroups().filter((path) => !this.#atFirst.has(path));
		return [...new Set([...theirs, ...made])].sort().slice(0, MOST_MADE);
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
function asHarbourNumbers(pids: string): string {
	const numbers = pids.split("\n").flatMap((pid) => {
		const nsPids = /^NSpid:\s+\d+\s+(\d+)/m.exec(readFile(`${OWN_PROC}/${pid}/status`));
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
		return readFileSync(path, "utf8").trim().slice(0, SHOWN_LENGTH);
	} catch {
		return "";
	}
}
