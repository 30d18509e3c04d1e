import { closeSync, fstatSync, openSync, readFileSync, type Stats, statSync, writeSync } from "node:fs";
import { CLONE_NEWNS, MNT_DETACH, MS_BIND, MS_MOVE, MS_PRIVATE, MS_REC } from "../../native/constants.ts";
import { pipe } from "../../native/guest.ts";
import { chdir, chroot, fchdir, mount, umount2 } from "../../native/mounts.ts";
import { setns, unshare } from "../../native/namespaces.ts";
import { _exit, fork, waitpid } from "../../native/processes.ts";
import { SyscallError } from "../../native/syscall-error.ts";
import type { Escape } from "../protocol/index.ts";
import { deviceName } from "../readings/guest/device.ts";
import { OWN_PROC } from "../readings/guest/paths.ts";

/**
 * Tries to break out from where a process stands, as the process itself could. Whether a way has led out is told by where
 * it led to, not by a file that is looked for: to a directory on a file system of the host's that is neither the process's
 * root nor below it. All attempts are made in a forked child, as only a process with one thread may enter a mount namespace
 * (setns(2)), and each in a copy of the mount namespace, which begins at that namespace's root.
 */

/** What a child has before it tries a way: its root is the one to break out of. */
interface Stand {
	root: number;
	cwd: number;
}

/** Whether it leads to the host's files. */
type Way = (stand: Stand, isHosts: (here: Stats) => boolean) => boolean;

/** More mounts than lie on one another anywhere. */
const LAYERS = 16;
/** So many directories up are looked at one by one; then come as many as a path can name, twice. */
const STEPS = 64;
const FAR_UP = "../".repeat(1300);
/** A directory of every host, on a file system of its own: what the control breaks out of. */
const PRISON = "/usr";

/**
 * @param pid the process to start from
 * @param hostDevices the file systems of the host's, as major:minor
 * @throws {Error} an attempt was ended from outside
 */
export function tryEscape(pid: number, hostDevices: readonly string[]): Escape {
	const open = (path: string) => openSync(path, "r");
	const [namespace, root, cwd] = ["ns/mnt", "root", "cwd"].map((name) => open(`/proc/${pid}/${name}`));
	const [host, own] = [open("/proc/1/ns/mnt"), open(OWN_PROC)];
	const isHosts = ({ dev }: Stats) => hostDevices.includes(deviceName(dev));
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

/** Goes where the process stands, but in a copy of its mount namespace. */
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
 * The classic one: chroot(2) to somewhere else while the current directory stays, and then up. What lies on the way to the
 * process's root is below it; if that is never met, all of the way is out.
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
		// A path can be longer than it was ever looked at, and the top may be covered by then.
		way.push(up(FAR_UP), up(FAR_UP));
		const above = way.slice(way.findIndex(isRoot) + 1);
		return above.some((here) => !isRoot(here) && isHosts(here));
	};

function up(path: string): Stats {
	chdir(path);
	return statSync(".");
}

/**
 * umount2("/", MNT_DETACH) takes away what covers the namespace's root, and entering the namespace anew leads to what lay
 * below; again, until there is nothing more to be taken away.
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

// A relative path leads to the agent's /proc, whatever the root is.
function enterAgain(ownProc: number): void {
	fchdir(ownProc);
	const namespace = openSync("self/ns/mnt", "r");
	setns(namespace, CLONE_NEWNS);
	closeSync(namespace);
}

// Only in this copy, and nowhere else. The kernel's own first mount is not to be unmounted: EINVAL.
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

/** What the child says of a way that leads to the host's files, and of one that does not. */
const OUT = "out";
const NOT_OUT = "nowhere";

type Four<Item> = [Item, Item, Item, Item];

// One after the other, in one child: in emulation, a fork of Node costs more than all that it then does.
/** @returns "" for a way that leads out, "nowhere" for one that does not, or what kept it from being tried */
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
