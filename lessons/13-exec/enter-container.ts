/** A container that is running. */
export interface Running {
	/** The pid of its command, as the host numbers it. */
	pid: number;
	/** The directory of its cgroup on the host, such as `/sys/fs/cgroup/box/3fd592ea`. */
	cgroup: string;
}

/**
 * Puts a new process into a running container. The engine calls this function in a process that it has just forked.
 * When the function returns, the engine executes the command. The function may return in a child of the calling
 * process. Then the calling process must wait for the child, and end with the child's exit code.
 *
 * @param container the container to enter
 * @param workdir the directory in the container where the command starts
 * @throws {Error} `workdir` leads out of the container
 */
export function enterContainer(_container: Running, _workdir: string): void {
	// TODO(13.1) open the container's process, and enter its six namespaces: mount, PID, network, UTS, IPC, cgroup
	// TODO(13.2) fork, because only children enter the PID namespace; wait, and end with the command's exit code
	// TODO(13.3) join the container's cgroup, so that its limits hold for the command
	// TODO(13.4) start in workdir
	// TODO(13.5) refuse a workdir that leads out of the container
}
