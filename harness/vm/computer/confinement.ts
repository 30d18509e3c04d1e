import { statSync } from "node:fs";
import { chmod, chown, open, stat } from "node:fs/promises";
import { ownedByOther } from "../../base/cache-owner.ts";
import type { Accelerator } from "./accelerator.ts";
import { rootPrivileges } from "./privileges.ts";

/**
 * What QEMU may do on this computer. An exercise that breaks out of its virtual machine is in QEMU's process. On Linux,
 * this process cannot start programs, has no capabilities and cannot get any, and cannot write to files. It changes the
 * guest's memory through a mapping of the memory's file. If drydock runs as root, the process also has a user to
 * itself. For containers in which root may not do all this, see {@link changesUser}.
 */

/** User and group of a machine's QEMU if drydock runs as root: a number that systems do not assign. */
const MACHINE_ID = 59_733;

// The test of $PPID ends the new process if drydock died before the process could ask for a parent-death signal: then
// the process already has another parent. The limits: no core dump, and few open files.
const COMMON_LIMITS = 'test "$PPID" = "$0" || exit 1; ulimit -c 0; ulimit -n 128';
// The limits: no bytes written to files, and only the memory that the machine and its translated code need.
// QEMU reads a slow disk with many threads. The C library reserves 64 MB of addresses for nearly every thread, which
// would exceed ulimit -v; MALLOC_ARENA_MAX prevents that.
const MACHINE_SCRIPT = `${COMMON_LIMITS}; ulimit -f 0; ulimit -v 3000000; MALLOC_ARENA_MAX=2 exec "$@"`;
const BOOT_SCRIPT = `${COMMON_LIMITS}; exec "$@"`;

/**
 * Whether a machine's QEMU runs as a user of its own. In a container with few capabilities, root may not change users.
 * Without CAP_SETPCAP, root cannot empty the bounding set of capabilities either. All other restrictions apply in such
 * a container, too.
 */
export const changesUser = (): boolean => rootPrivileges()?.mayChangeTo(MACHINE_ID) === true;

/**
 * Builds the command that starts QEMU confined.
 * @param forExercise whether the machine runs code from strangers; a machine that only boots runs only the kit's own
 */
export function confined(
	program: string,
	args: string[],
	{ forExercise, accelerator }: { forExercise: boolean; accelerator: Accelerator },
): [program: string, args: string[]] {
	// Without this option QEMU outlives its parent. Only a recent QEMU has the option; Linux uses --pdeathsig instead.
	if (process.platform !== "linux") return [program, ["-run-with", "exit-with-parent=on", ...args]];
	const user = () => [`--reuid=${MACHINE_ID}`, `--regid=${MACHINE_ID}`, ...groupOptions(accelerator)];
	const privileges = [
		...["--no-new-privs", "--inh-caps=-all"],
		...(rootPrivileges()?.mayDropBounding === true ? ["--bounding-set=-all"] : []),
		...(changesUser() && forExercise ? user() : []),
	];
	const script = forExercise ? MACHINE_SCRIPT : BOOT_SCRIPT;
	const start = ["sh", "-c", script, String(process.pid), program, ...args];
	return ["setpriv", [...privileges, "--pdeathsig", "KILL", "--", ...start]];
}

/**
 * Lets a machine's QEMU open a file of the cache for reading and writing, to map the file as the guest's memory.
 * @throws {Failure} unsupported: QEMU runs as a user of its own, and the file belongs to another user than root
 * @throws {Error} EACCES, EROFS and others: the file cannot be opened for writing
 */
export async function letMachinesOpen(file: string): Promise<void> {
	// Opens the file as QEMU will. If the file is in a lower layer of an overlay, opening it for writing copies the whole
	// file up. QEMU itself could not do that, because of its file size limit.
	await (await open(file, "r+")).close();
	if (!changesUser()) return;
	const { uid, gid, mode } = await stat(file);
	if (gid === MACHINE_ID && (mode & 0o060) === 0o060) return;
	if (uid !== 0) throw await ownedByOther(file, uid);
	await chown(file, 0, MACHINE_ID);
	// chmod comes second, because chown clears mode bits.
	await chmod(file, mode | 0o660);
}

// QEMU needs the group that owns /dev/kvm.
function groupOptions(accelerator: Accelerator): string[] {
	return accelerator === "kvm" ? [`--groups=${statSync("/dev/kvm").gid}`] : ["--clear-groups"];
}
