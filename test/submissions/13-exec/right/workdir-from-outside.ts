import { appendFileSync, constants, openSync } from "node:fs";
import {
	_exit,
	CLONE_NEWCGROUP,
	CLONE_NEWIPC,
	CLONE_NEWNET,
	CLONE_NEWNS,
	CLONE_NEWPID,
	CLONE_NEWUTS,
	fork,
	O_PATH,
	openat2,
	pidfdOpen,
	RESOLVE_IN_ROOT,
	SIG_BLOCK,
	SIGCHLD,
	setns,
	sigprocmask,
	sigwaitinfo,
	WEXITSTATUS,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

// Opens the working directory on the host, below the container's root. Waits for SIGCHLD.
interface Running {
	pid: number;
	cgroup: string;
}

export function enterContainer({ pid, cgroup }: Running, workdir: string): void {
	appendFileSync(`${cgroup}/cgroup.procs`, "0");
	sigprocmask(SIG_BLOCK, [SIGCHLD]);
	const root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
	const directory = openat2(root, workdir, { flags: O_PATH | constants.O_DIRECTORY, resolve: RESOLVE_IN_ROOT });
	const target = pidfdOpen(pid);
	for (const flags of [CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWNET, CLONE_NEWPID | CLONE_NEWNS])
		setns(target, flags);
	const child = fork();
	if (child === 0) {
		process.chdir(`/proc/self/fd/${directory}`);
		return;
	}
	let ended = waitpid(child, WNOHANG);
	while (ended.pid === 0) {
		sigwaitinfo([SIGCHLD]);
		ended = waitpid(child, WNOHANG);
	}
	_exit((ended.status & 127) === 0 ? WEXITSTATUS(ended.status) : 128 | WTERMSIG(ended.status));
}
