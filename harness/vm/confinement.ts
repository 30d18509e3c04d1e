import { statSync } from "node:fs";
import { chmod, chown } from "node:fs/promises";
import type { Accelerator } from "./accelerator.ts";

/**
 * What QEMU is allowed to do on this computer. Should an exercise ever break out of its virtual machine, it finds itself
 * in a process that can start nothing, has no capability and can get none, writes no file, and, where drydock was
 * started as root, belongs to a user that nothing else belongs to.
 */

/** User and group of a machine's QEMU where drydock runs as root: a number that no system gives to anybody. */
const NOBODY_ELSE = 59_733;

// A process that is forked while drydock is being killed has another parent by the time it asks to die with it.
// Limits: no core dump, no byte in a file, few open files; and no more memory than the machine and its translations need.
const LIMITED = 'test "$PPID" = "$0" || exit 1; ulimit -c 0; ulimit -n 128';
// Of addresses, the C library would reserve 64 MB for nearly every thread, and QEMU reads a slow disk with many.
const MACHINE = `${LIMITED}; ulimit -f 0; ulimit -v 3000000; MALLOC_ARENA_MAX=2 exec "$@"`;
const BOOT = `${LIMITED}; exec "$@"`;

const isRoot = () => process.platform === "linux" && process.getuid?.() === 0;

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
	const user = [`--reuid=${NOBODY_ELSE}`, `--regid=${NOBODY_ELSE}`, ...groupsFor(accelerator)];
	const privileges = [
		...["--no-new-privs", "--inh-caps=-all"],
		...(isRoot() ? ["--bounding-set=-all"] : []),
		...(isRoot() && forExercise ? user : []),
	];
	const script = forExercise ? MACHINE : BOOT;
	const start = ["sh", "-c", script, String(process.pid), program, ...args];
	return ["setpriv", [...privileges, "--pdeathsig", "KILL", "--", ...start]];
}

/** Lets a machine's QEMU open this file, of a cache that root owns, to read and to write its private copy of it. */
export async function openToMachines(file: string): Promise<void> {
	if (!isRoot()) return;
	await chown(file, 0, NOBODY_ELSE);
	await chmod(file, 0o660);
}

// /dev/kvm belongs to a group of its own.
function groupsFor(accelerator: Accelerator): string[] {
	return accelerator === "kvm" ? [`--groups=${statSync("/dev/kvm").gid}`] : ["--clear-groups"];
}
