/** What a container may use at most. What is not given is not limited. */
export interface Limits {
	memoryMaxBytes?: number;
	/** Processes and threads, counted together. */
	pidsMax?: number;
	/** Processors: 0.5 is half of one. */
	cpus?: number;
}

/** A cgroup that somebody can join. */
export interface Cgroup {
	/** Moves the calling process into it; what it forks from then on is in it, too. */
	join(): void;
	/** Ends what still runs in it, and removes it. */
	remove(): void;
}

/**
 * Makes a cgroup with limits. The engine calls this before it forks.
 *
 * @param path of its directory, such as `/sys/fs/cgroup/box/web-1`; its parent is there, and holds no processes
 */
export function createCgroup(_path: string, _limits: Limits): Cgroup {
	// TODO(06.1) have the parent hand the controllers memory, pids and cpu down
	// TODO(06.2) make the directory, and write the limits that are given: memory.max, pids.max, cpu.max
	// TODO(06.3) limit swap as well, or the limit of memory is none
	// TODO(06.4) if the kernel refuses a limit, remove the directory again, and let the exception through
	return {
		join: () => {
			// TODO(06.5) put the calling process into the cgroup
		},
		remove: () => {
			// TODO(06.6) end what is still in it, wait until it is empty, and remove the directory
		},
	};
}
