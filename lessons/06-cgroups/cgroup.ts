/** What a container may use at most. A limit that is not given is not set. */
export interface Limits {
	memoryMaxBytes?: number;
	/** Processes and threads, counted together. */
	pidsMax?: number;
	/** Processors: 0.5 is half of one. */
	cpus?: number;
}

/** A cgroup that a process can join. */
export interface Cgroup {
	/** Moves the calling process into the cgroup. Children that it forks afterwards are in it, too. */
	join(): void;
	/** Ends all processes in the cgroup, and removes it. */
	remove(): void;
}

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path absolute path of the cgroup's directory, such as `/sys/fs/cgroup/box/web-1`; the parent directory exists,
 *   and no process is in the parent
 */
export function createCgroup(_path: string, _limits: Limits): Cgroup {
	// TODO(06.1) make the parent hand down the controllers memory, pids and cpu
	// TODO(06.2) make the directory, and write the limits that are given: memory.max, pids.max, cpu.max
	// TODO(06.3) limit swap as well: memory.max does not count it
	// TODO(06.4) if the kernel refuses a limit, remove the directory again, and throw the exception again
	return {
		join: () => {
			// TODO(06.5) put the calling process into the cgroup
		},
		remove: () => {
			// TODO(06.6) end all processes in it, wait until it is empty, and remove the directory
		},
	};
}
