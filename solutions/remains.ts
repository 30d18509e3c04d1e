import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { getpid, kill, MNT_DETACH, umount2 } from "#kernel";
import { doAll, oneAtATime } from "./parts.ts";

/**
 * What there is of containers on this host, so that whoever finds one whose engine is gone can remove it: everything
 * that is made for a container has its id for a name. Its claims are made first and given back last, so where there
 * are none, there is nothing. All of this can be done twice, and by two processes at once.
 */
const CLAIMS = "/run/box/claims";
const LINKS = "/sys/class/net";
const BRIDGE = "box0";

/**
 * Claims something that only one container can have, such as an address.
 * @returns whether it was to be had
 */
export function claim(what: string, id: string): boolean {
	mkdirSync(CLAIMS, { recursive: true });
	try {
		writeFileSync(`${CLAIMS}/${what}`, `${id} ${getpid()}`, { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Removes what boxes have left that were killed altogether, with nobody left to clean up. */
export function removeAbandoned(): void {
	for (const { id, pid } of claims())
		try {
			if (pid > 0 && !isRunning(pid)) removeRemains(id);
		} catch {
			// Another box is at it, too; or the next one tries again.
		}
}

/** Gives back what a container has claimed, when all else of it is removed. */
export function giveBack(id: string): void {
	for (const { path } of claims().filter((claim) => claim.id === id)) rmSync(path, { force: true });
}

/** Removes everything that a container can leave, when no process of its engine is left. */
export function removeRemains(id: string): void {
	if (!claims().some((claim) => claim.id === id)) return;
	doAll([
		() => removeCgroup(cgroupOf(id)),
		() => removeDirectory(`/run/box/${id}`),
		() => oneAtATime(() => removeNetwork(`box-${id}`)),
	]);
	giveBack(id);
}

/** Pids of a container's processes, in its cgroup and below; null when it has no cgroup. */
export function processesOf(id: string): number[] | null {
	const path = cgroupOf(id);
	if (!existsSync(path)) return null;
	return cgroupsIn(path).flatMap((each) => read(`${each}/cgroup.procs`).split("\n").filter(Boolean).map(Number));
}

const cgroupOf = (id: string) => `/sys/fs/cgroup/box/${id}`;

function removeCgroup(path: string): void {
	if (!existsSync(path)) return;
	writeFileSync(`${path}/cgroup.kill`, "1");
	while (readFileSync(`${path}/cgroup.events`, "utf8").includes("populated 1")) pause();
	for (const each of cgroupsIn(path).toReversed()) rmdirSync(each);
}

// A module may have made cgroups below the container's own; each comes before those that are in it.
function cgroupsIn(path: string): string[] {
	return [path, ...directoriesIn(path).flatMap((name) => cgroupsIn(`${path}/${name}`))];
}

// None, too, when it has gone meanwhile.
function directoriesIn(path: string): string[] {
	try {
		const entries = readdirSync(path, { withFileTypes: true });
		return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
	} catch {
		return [];
	}
}

function removeDirectory(path: string): void {
	// First the mounts, the last one first: what lies below them is not this container's.
	for (const mountPoint of mountPoints().toReversed())
		if (mountPoint.startsWith(`${path}/`)) umount2(mountPoint, MNT_DETACH);
	rmSync(path, { recursive: true, force: true });
}

function removeNetwork(name: string): void {
	run("nft", `destroy table ip ${name}`);
	removeLink(name);
	if (!existsSync(`${LINKS}/${BRIDGE}`) || readdirSync(`${LINKS}/${BRIDGE}/brif`).length > 0) return;
	run("nft", `destroy table ip ${BRIDGE}`);
	removeLink(BRIDGE);
}

function removeLink(name: string): void {
	const exists = () => existsSync(`${LINKS}/${name}`);
	try {
		if (exists()) run("ip", "link", "delete", name);
	} catch (error) {
		// It goes by itself with the container's network namespace, some time after the last process in it.
		if (exists()) throw error;
	}
}

function claims(): { path: string; id: string; pid: number }[] {
	if (!existsSync(CLAIMS)) return [];
	return readdirSync(CLAIMS).map((what) => {
		const path = `${CLAIMS}/${what}`;
		const [id = "", pid] = read(path).split(" ");
		return { path, id, pid: Number(pid) };
	});
}

function isRunning(pid: number): boolean {
	try {
		kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

// The fifth field. See proc_pid_mountinfo(5).
function mountPoints(): string[] {
	const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
	return lines.map((line) => line.split(" ")[4] ?? "");
}

// Empty, too, when it has gone meanwhile.
function read(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: "ignore" });
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
