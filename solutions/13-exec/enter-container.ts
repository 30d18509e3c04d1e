import { closeSync, writeFileSync } from "node:fs";
import {
	_exit,
	CLONE_NEWCGROUP,
	CLONE_NEWIPC,
	CLONE_NEWNET,
	CLONE_NEWNS,
	CLONE_NEWPID,
	CLONE_NEWUTS,
	chdir,
	fork,
	getcwd,
	getpid,
	pidfdOpen,
	setns,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

/** A container that is running. */
export interface Running {
	/** The pid of its command, as the host numbers it. */
	pid: number;
	/** The directory of its cgroup on the host, such as `/sys/fs/cgroup/box/3fd592ea`. */
	cgroup: string;
}

const ALL_NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;

/**
 * Puts a new process into a running container: its cgroup, its namespaces, its root.
 *
 * Called by one process, it returns in another: the one that is about to become the command. The caller waits, and ends
 * with the command's exit code, or with 128+n if signal n ended the command.
 * @param workdir the directory in the container where the command starts
 * @throws {SyscallError} ESRCH the container has ended
 * @throws {Error} `workdir` leads out of the container
 */
export function enterContainer({ pid, cgroup }: Running, workdir: string): void {
	const target = pidfdOpen(pid);
	// First, because afterwards this path leads nowhere. Children are born into the cgroup of their parent.
	writeFileSync(`${cgroup}/cgroup.procs`, String(getpid()));
	setns(target, ALL_NAMESPACES);
	closeSync(target);

	// The PID namespace is for children: this process keeps its pid on the host.
	const command = fork();
	if (command !== 0) _exit(exitCodeOf(command));

	chdir(workdir);
	// The engine has files and directories of the host open, and a link in the container may lead to one of them:
	// /proc/self/fd/N. The kernel knows whether there is a way from the root to this directory.
	if (!getcwd().startsWith("/")) throw new Error(`${workdir} leads out of the container`);
}

function exitCodeOf(child: number): number {
	const { status } = waitpid(child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
