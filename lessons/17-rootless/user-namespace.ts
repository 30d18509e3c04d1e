/** Numbers that a user may use besides the user's own: a line of /etc/subuid or /etc/subgid. */
export interface Range {
	/** The first number. */
	start: number;
	/** How many numbers. */
	count: number;
}

/** Who the engine is on the host. */
export interface Mapping {
	uid: number;
	gid: number;
	/** Null if the user has no ranges. Either both are null, or none. */
	subuids: Range | null;
	subgids: Range | null;
}

/**
 * Makes the calling process root in a user namespace and a mount namespace of its own. The engine calls this function in
 * an ordinary user's process of one thread, before it makes anything for the container. When the function returns, the
 * engine goes on. The function may return in a child of the calling process. Then the calling process must wait for the
 * child, and end with the child's exit code.
 */
export function enterUserNamespace(_mapping: Mapping): void {
	// TODO(17.1) unshare the user namespace
	// TODO(17.2) without ranges: write the maps, with one number in each
	// TODO(17.3) unshare the mount namespace
	// TODO(17.4) with ranges: fork a helper before unshare; it executes newuidmap and newgidmap afterwards
	// TODO(17.5) with ranges: leave the groups of the caller
}
