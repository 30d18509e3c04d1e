import { readFileSync } from "node:fs";
import {
	capset,
	PR_CAP_AMBIENT,
	PR_CAP_AMBIENT_RAISE,
	PR_CAPBSET_DROP,
	PR_SET_KEEPCAPS,
	PR_SET_NO_NEW_PRIVS,
	prctl,
} from "#kernel";

/** What a command may do beyond what every process may. Capabilities are numbers: CAP_CHOWN is 0. */
export interface Privileges {
	/** What root has in the container, and the most that any program there can ever get. */
	bounding: readonly number[];
	/** What a command that is not root's keeps. All of these are in `bounding`, too. */
	ambient: readonly number[];
	/** Whether execve gives no program more than its caller has. */
	noNewPrivileges: boolean;
}

/**
 * Makes the calling process the user that the command runs as, and leaves it only the capabilities that it is to have.
 * The engine calls this in the process that is about to become the command, after everything that needs root.
 * @param becomeUser changes the user and the groups. Needs CAP_SETUID and CAP_SETGID, which `bounding` need not have
 * @see capabilities(7), prctl(2)
 */
export function limitPrivileges({ bounding, ambient, noNewPrivileges }: Privileges, becomeUser: () => void): void {
	// Before the user changes, because this needs CAP_SETPCAP. For root, execve would give back what is in this set.
	const last = Number(readFileSync("/proc/sys/kernel/cap_last_cap", "utf8"));
	for (let capability = 0; capability <= last; capability++)
		if (!bounding.includes(capability)) prctl(PR_CAPBSET_DROP, capability);

	// Without this, a process that becomes another user than root has no capability left.
	prctl(PR_SET_KEEPCAPS, 1);
	becomeUser();

	const isRoot = process.geteuid?.() === 0;
	const permitted = isRoot ? bounding : ambient;
	// Also for root: execve would give it every inheritable capability, even one that is not in the bounding set.
	const inheritable = isRoot ? [] : ambient;
	capset({ effective: permitted, permitted, inheritable });
	// For another user, execve keeps only what is ambient.
	for (const capability of inheritable) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability);

	if (noNewPrivileges) prctl(PR_SET_NO_NEW_PRIVS, 1);
}
