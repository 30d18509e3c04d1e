/** The user and the groups that a command is to run as. Each is a name or a number. */
export interface Asked {
	/** The container's root directory, as the host sees it. */
	rootfs: string;
	user: string;
	/** The group that the user's processes are in; if not given, the user's group in /etc/passwd. */
	group: string | undefined;
	/** More groups that the command is to be in. */
	groupAdd: readonly string[];
}

/**
 * Prepares to run a command as a user. The engine calls it on the host.
 * @returns a function that gives the calling process the ids of that user. The engine calls this function in the process
 * that is about to become the command, after the steps that need root. The root directory of that process is the
 * container's.
 */
export function prepareUser(_asked: Asked): () => void {
	// TODO(12.1) find the user's uid and gid: here, or in the function below? Import parsePasswd from "#box/accounts"
	return () => {
		// TODO(12.2) call setresgid and setresuid, in the right order
		// TODO(12.3) find the supplementary groups, with parseGroup from "#box/accounts"; call setgroups
		// TODO(12.4) set HOME
		// TODO(12.5) throw an error for names that the container does not have, and for numbers that are too large
	};
}
