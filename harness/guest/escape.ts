import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync, writeSync } from "node:fs";
import { CLONE_NEWNS, MNT_DETACH, MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC } from "../../native/constants.ts";
import { pipe } from "../../native/descriptors.ts";
import { chdir, chroot, fchdir, mount, umount2 } from "../../native/mounts.ts";
import { setns, unshare } from "../../native/namespaces.ts";
import { _exit, fork, waitpid } from "../../native/processes.ts";
import { SyscallError } from "../../native/syscall-error.ts";
import type { Escape } from "../protocol/index.ts";
import { formatDevice } from "../readings/guest/device.ts";
import { AGENT_PROC } from "../readings/guest/paths.ts";

/**
 * Tries to break out of a process's root, as the process itself could. An attempt has succeeded if it leads to a
 * directory that is on a file system of the harbour and that is neither the process's root nor below it. Which files
 * are in the directory does not matter. A forked child makes all attempts, because a process whose threads share their
 * root may not enter a mount namespace (setns(2)). Each attempt has its own copy of the mount namespace, and begins
 * inside the root that it is to break out of.
 */

/** The open directories from which an attempt starts. `root` is the directory to break out of. */
interface StartingPoint {
	root: number;
	cwd: number;
}

/** A way to break out. Returns whether it leads to the harbour's files. */
type EscapeWay = (start: StartingPoint, isHosts: (here: Stats) => boolean) => boolean;

/** More mounts than are stacked on one directory anywhere. */
const MAX_LAYERS = 16;
/** {@link climb} looks at this many directories above, one by one. Then it goes up FAR_UP, twice. */
const CLIMB_STEPS = 64;
/** Nearly as many directories up as a path can name. */
const FAR_UP = "../".repeat(1300);
/** The directory that the control attempts break out of. The harbour has it, on a file system of its own. */
const CONTROL_ROOT = "/usr";

/**
 * Tries all ways out of a process's root. As a control, also tries each way out of a root in the harbour: this
 * attempt must succeed.
 * @param pid the process whose root and current directory the attempts start from
 * @param hostDevices the harbour's file systems, as major:minor
 * @throws {Error} another process ended the child that makes the attempts
 */
export function tryEscape(pid: number, hostDevices: readonly string[]): Escape {
	const open = (path: string) => openSync(path, "r");
	const [namespace, root, cwd] = ["ns/mnt", "root", "cwd"].map((name) => open(`/proc/${pid}/${name}`));
	const [host, agentProc] = [open("/proc/1/ns/mnt"), open(AGENT_PROC)];
	const isHosts = ({ dev }: Stats) => hostDevices.includes(formatDevice(dev));
	const ways = { climb: climb(agentProc), uncover: uncover(agentProc) };
	const from = { namespace: namespace as number, root: root as number, cwd: cwd as number };
	const [outClimb, outUncover, controlClimb, controlUncover] = inChild([
		() => ways.climb(atProcessRoot(from), isHosts),
		() => ways.uncover(atProcessRoot(from), isHosts),
		() => ways.climb(atControlRoot(host, "chroot"), isHosts),
		() => ways.uncover(atControlRoot(host, "covered"), isHosts),
	]);
	return { climb: outClimb, uncover: outUncover, control: { climb: controlClimb, uncover: controlUncover } };
}

/** Makes the process's root the root of this process, in a copy of the process's mount namespace. */
function atProcessRoot({ namespace, root, cwd }: StartingPoint & { namespace: number }): StartingPoint {
	enterNamespaceCopy(namespace);
	fchdir(root);
	chroot(".");
	return { root, cwd };
}

/** Makes a root in the harbour by chroot alone, or by moving a mount over the harbour's root: see switch_root(8). */
function atControlRoot(namespace: number, how: "chroot" | "covered"): StartingPoint {
	enterNamespaceCopy(namespace);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	if (how === "covered") mount(CONTROL_ROOT, CONTROL_ROOT, null, MS_BIND, null);
	chdir(CONTROL_ROOT);
	if (how === "covered") mount(".", "/", null, MS_MOVE, null);
	chroot(".");
	const here = openSync(".", "r");
	return { root: here, cwd: here };
}

function enterNamespaceCopy(namespace: number): void {
	setns(namespace, CLONE_NEWNS);
	unshare(CLONE_NEWNS);
}

/**
 * The classic way: chroot(2) to another directory while the current directory stays, and then go up. The directories on
 * the way to the process's root are below that root, so only those after it count. If the way does not meet the
 * process's root, all directories count.
 */
const climb =
	(elsewhere: number): EscapeWay =>
	({ root, cwd }, isHosts) => {
		const { dev, ino } = fstatSync(root);
		const isRoot = (here: Stats) => here.dev === dev && here.ino === ino;
		fchdir(elsewhere);
		chroot(".");
		fchdir(cwd);
		const way = [statSync(".")];
		for (let step = 1; step <= CLIMB_STEPS; step++) way.push(statSync("../".repeat(step)));
		// The current directory may be more than CLIMB_STEPS directories deep. The topmost directory may be covered by
		// another file system, so the directories on the way count, too.
		way.push(up(FAR_UP), up(FAR_UP));
		const above = way.slice(way.findIndex(isRoot) + 1);
		return above.some((here) => !isRoot(here) && isHosts(here));
	};

function up(path: string): Stats {
	chdir(path);
	return statSync(".");
}

/**
 * umount2("/", MNT_DETACH) removes the mount that covers the namespace's root. After entering the namespace again, "/"
 * is what lay below that mount. Repeats both until nothing more can be removed.
 */
const uncover =
	(agentProc: number): EscapeWay =>
	({ root }, isHosts) => {
		const { dev, ino } = fstatSync(root);
		for (let layer = 0; layer < MAX_LAYERS; layer++) {
			reenterNamespace(agentProc);
			const here = statSync("/");
			if ((here.dev !== dev || here.ino !== ino) && isHosts(here)) return true;
			if (!unmountedRoot()) return false;
		}
		return false;
	};

// A path relative to the agent's /proc works whatever the root is.
function reenterNamespace(agentProc: number): void {
	fchdir(agentProc);
	const namespace = openSync("self/ns/mnt", "r");
	setns(namespace, CLONE_NEWNS);
	closeSync(namespace);
}

// Private propagation keeps the unmount in this copy of the namespace. The kernel's own first mount cannot be
// unmounted: EINVAL.
function unmountedRoot(): boolean {
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	try {
		umount2("/", MNT_DETACH);
		return true;
	} catch (error) {
		if (error instanceof SyscallError && error.code === "EINVAL") return false;
		throw error;
	}
}

/** What the child reports for a way that leads to the harbour's files, and for a way that does not. */
const OUT = "out";
const NOT_OUT = "nowhere";

type Four<Item> = [Item, Item, Item, Item];

/**
 * Makes all attempts one after the other in one child: under emulation, a fork of Node costs more than the attempts.
 * @returns "" for a way that leads out, "nowhere" for one that does not, or the error that kept the way from being
 * tried
 */
function inChild(ways: Four<() => boolean>): Four<string> {
	const result = pipe();
	const child = fork();
	if (child === 0) {
		writeSync(result.writeFd, JSON.stringify(ways.map(outcomeOf)));
		_exit(0);
	}
	closeSync(result.writeFd);
	const answer = readFileSync(result.readFd, "utf8");
	closeSync(result.readFd);
	waitpid(child);
	if (answer === "") throw new Error("another process ended the break-out attempts");
	return (JSON.parse(answer) as Four<string>).map((one) => (one === OUT ? "" : one)) as Four<string>;
}

function outcomeOf(leadsOut: () => boolean): string {
	try {
		return leadsOut() ? OUT : NOT_OUT;
	} catch (error) {
		return error instanceof SyscallError ? error.message : String(error);
	}
}
