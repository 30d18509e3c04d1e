import { statSync } from "node:fs";
import { chmod, chown, open, stat } from "node:fs/promises";
import { belongsTo } from "../base/cache-owner.ts";
import type { Accelerator } from "./accelerator.ts";
import { rootPrivileges } from "./privileges.ts";

/**
 * What QEMU is allowed to do on this computer. Should an exercise ever break out of its virtual machine, it finds itself
 * in a process that can start nothing, has no capability and can get none, writes no file, and, where drydock was
 * started as root and root may change users, belongs to a user that nothing else belongs to.
 */

/** User and group of a machine's QEMU where drydock runs as root: a number that no system gives to anybody. */
const NOBODY_ELSE = 59_733;

// A process that is forked while drydock is being killed has another parent by the time it asks to die with it.
// Limits: no core dump, no byte in a file, few open files; and no more memory than the machine and its translations need.
const LIMITED = 'test "$PPID" = "$0" || exit 1; ulimit -c 0; ulimit -n 128';
// Of addresses, the C library would reserve 64 MB for nearly every thread, and QEMU reads a slow disk with many.
const MACHINE = `${LIMITED}; ulimit -f 0; ulimit -v 3000000; MALLOC_ARENA_MAX=2 exec "$@"`;
const BOOT = `${LIMITED}; exec "$@"`;

/** Whether a machine's QEMU gets a user of its own. Root in a small container may not change users; the rest holds there, too. */
export const changesUser = (): boolean => rootPrivileges()?.mayChangeTo(NOBODY_ELSE) === true;

/**
 * The command that starts QEMU confined.
 * @param forExercise it is to run what others have written; a machine that only boots has nothing but the kit's own
 */
export function confined(
	program: string,
	args: string[],
	{ forExercise, accelerator }: { forExercise: boolean; accelerator: Accelerator },
): [program: string, args: string[]] {
	// QEMU outlives its parent otherwise. Elsewhere than on Linux only a recent QEMU can be told so.
	if (process.platform !== "linux") return [program, ["-run-with", "exit-with-parent=on", ...args]];
	const user = () => [`--reuid=${NOBODY_ELSE}`, `--regid=${NOBODY_ELSE}`, ...groupsFor(accelerator)];
	const privileges = [
		...["--no-new-privs", "--inh-caps=-all"],
		...(rootPrivileges()?.mayDropBounding === true ? ["--bounding-set=-all"] : []),
		...(changesUser() && forExercise ? user() : []),
	];
	const script = forExercise ? MACHINE : BOOT;
	const start = ["sh", "-c", script, String(process.pid), program, ...args];
	return ["setpriv", [...privileges, "--pdeathsig", "KILL", "--", ...start]];
}

/**
 * Lets a machine's QEMU open this file of the cache, to read and to write its private copy of it.
 * @throws {Failure} unsupported: where root's machines have a user of their own, it is not root's to open it to them
 * @throws EACCES, EROFS …: it cannot be opened
 */
export async function openToMachines(file: string): Promise<void> {
	// Opened as QEMU will open it. A file in a lower layer of an overlay is copied up by that, all of it at once, which the
	// limits of QEMU's process forbid.
	await (await open(file, "r+")).close();
	if (!changesUser()) return;
	const { uid, gid, mode } = await stat(file);
	if (gid === NOBODY_ELSE && (mode & 0o060) === 0o060) return;
	if (uid !== 0) throw await belongsTo(file, uid);
	await chown(file, 0, NOBODY_ELSE);
	// In this order: chown takes bits away.
	await chmod(file, mode | 0o660);
}

// /dev/kvm belongs to a group of its own.
function groupsFor(accelerator: Accelerator): string[] {
	return accelerator === "kvm" ? [`--groups=${statSync("/dev/kvm").gid}`] : ["--clear-groups"];
}
