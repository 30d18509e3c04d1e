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
 * The engine calls this function in the process that is about to become the command, after everything that needs root.
 * @param becomeUser your function of lesson 12: changes the user and the groups
 */
export function limitPrivileges(_privileges: Privileges, becomeUser: () => void): void {
	// TODO(15.1) take all capabilities out of the bounding set that are not in privileges.bounding
	// TODO(15.2) set the three sets that capset changes
	// TODO(15.3) for another user than root: keep what is in privileges.ambient, and make it ambient
	// TODO(15.4) if asked: no program may get more than its caller has
	becomeUser();
}
