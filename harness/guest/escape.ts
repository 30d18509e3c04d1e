import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync, writeSync } from "node:fs";
import { CLONE_NEWNS, MNT_DETACH, MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC } from "../../native/constants.ts";
import { pipe } from "../../native/guest.ts";
import { chdir, chroot, fchdir, mount, umount2 } from "../../native/mounts.ts";
import { setns, unshare } from "../../native/namespaces.ts";
import { _exit, fork, waitpid } from "../../native/processes.ts";
import { SyscallError } from "../../native/syscall-error.ts";
import type { Escape } from "../protocol/index.ts";
import { formatDevice } from "../readings/guest/device.ts";
import { OWN_PROC } from "../readings/guest/paths.ts";

/**
 * Tries to break out of a process's root, as the process itself could. An attempt has succeeded if it leads to a
 * directory that is on a file system of the host and that is neither the process's root nor below it. Which files are
 * in the directory does not matter. A forked child makes all attempts, because only a process with one thread may enter
 * a mount namespace (setns(2)). Each attempt has its own copy of the mount namespace, and begins at that namespace's
 * root.
 */

/** The open directories from which an attempt starts. `root` is the directory to break out of. */
interface Stand {
	root: number;
	cwd: number;
}

/** A way to break out. Returns whether it leads to the host's files. */
type Way = (stand: Stand, isHosts: (here: Stats) => boolean) => boolean;

/** More mounts than are stacked on one directory anywhere. */
const LAYERS = 16;
/** {@link climb} looks at this many directories above, one by one. Then it goes up FAR_UP, twice. */
const STEPS = 64;
/** As many directories up as a path can name. */
const FAR_UP = "../".repeat(1300);
/** The directory that the control attempts break out of. Every host has it, on a file system of its own. */
const PRISON = "/usr";

/**
 * Tries all ways out of a process's root. As a control, also tries each way on a root on the host that this way is
 * known to break.
 * @param pid the process whose root and current directory the attempts start from
 * @param hostDevices the host's file systems, as major:minor
 * @throws {Error} another process ended the child that makes the attempts
 */
export function tryEscape(pid: number, hostDevices: readonly string[]): Escape {
	const open = (path: string) => openSync(path, "r");
	const [namespace, root, cwd] = ["ns/mnt", "root", "cwd"].map((name) => open(`/proc/${pid}/${name}`));
	const [host, own] = [open("/proc/1/ns/mnt"), open(OWN_PROC)];
	const isHosts = ({ dev }: Stats) => hostDevices.includes(formatDevice(dev));
	const ways = { climb: climb(own), uncover: uncover(own) };
	const from = { namespace: namespace as number, root: root as number, cwd: cwd as number };
	const [outClimb, outUncover, controlClimb, controlUncover] = inChild([
		() => ways.climb(whereItStands(from), isHosts),
		() => ways.uncover(whereItStands(from), isHosts),
		() => ways.climb(onHost(host, "chroot"), isHosts),
		() => ways.uncover(onHost(host, "covered"), isHosts),
	]);
	return { climb: outClimb, uncover: outUncover, control: { climb: controlClimb, uncover: controlUncover } };
}

/** Makes the process's root the root of this process, in a copy of the process's mount namespace. */
function whereItStands({ namespace, root, cwd }: Stand & { namespace: number }): Stand {
	enterCopy(namespace);
	fchdir(root);
	chroot(".");
	return { root, cwd };
}

/** Makes a root on the host by chroot alone, or by moving a mount over the host's root, as switch_root(8) does. */
function onHost(namespace: number, how: "chroot" | "covered"): Stand {
	enterCopy(namespace);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	if (how === "covered") mount(PRISON, PRISON, null, MS_BIND, null);
	chdir(PRISON);
	if (how === "covered") mount(".", "/", null, MS_MOVE, null);
	chroot(".");
	const here = openSync(".", "r");
	return { root: here, cwd: here };
}

function enterCopy(namespace: number): void {
	setns(namespace, CLONE_NEWNS);
	unshare(CLONE_NEWNS);
}

/**
 * The classic way: chroot(2) to another directory while the current directory stays, and then go up. The directories on
 * the way to the process's root are below that root, so only those after it count. If the way does not meet the
 * process's root, all directories count.
 */
const climb =
	(elsewhere: number): Way =>
	({ root, cwd }, isHosts) => {
		const { dev, ino } = fstatSync(root);
		const isRoot = (here: Stats) => here.dev === dev && here.ino === ino;
		fchdir(elsewhere);
		chroot(".");
		fchdir(cwd);
		const way = [statSync(".")];
		for (let step = 1; step <= STEPS; step++) way.push(statSync("../".repeat(step)));
		// The current directory may be more than STEPS directories deep. The topmost directory may be covered by
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
	(ownProc: number): Way =>
	({ root }, isHosts) => {
		const { dev, ino } = fstatSync(root);
		for (let layer = 0; layer < LAYERS; layer++) {
			enterAgain(ownProc);
			const here = statSync("/");
			if ((here.dev !== dev || here.ino !== ino) && isHosts(here)) return true;
			if (!takenAway()) return false;
		}
		return false;
	};

// A path relative to the agent's /proc works whatever the root is.
function enterAgain(ownProc: number): void {
	fchdir(ownProc);
	const namespace = openSync("self/ns/mnt", "r");
	setns(namespace, CLONE_NEWNS);
	closeSync(namespace);
}

// Private propagation keeps the unmount in this copy of the namespace. The kernel's own first mount cannot be
// unmounted: EINVAL.
function takenAway(): boolean {
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	try {
		umount2("/", MNT_DETACH);
		return true;
	} catch (error) {
		if (error instanceof SyscallError && error.code === "EINVAL") return false;
		throw error;
	}
}

/** What the child reports for a way that leads to the host's files, and for a way that does not. */
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
		writeSync(result.writeFd, JSON.stringify(ways.map(told)));
		_exit(0);
	}
	closeSync(result.writeFd);
	const said = readFileSync(result.readFd, "utf8");
	closeSync(result.readFd);
	waitpid(child);
	if (said === "") throw new Error("an attempt was ended from outside");
	return (JSON.parse(said) as Four<string>).map((one) => (one === OUT ? "" : one)) as Four<string>;
}

function told(leadsOut: () => boolean): string {
	try {
		return leadsOut() ? OUT : NOT_OUT;
	} catch (error) {
		return error instanceof SyscallError ? error.message : String(error);
	}
}
