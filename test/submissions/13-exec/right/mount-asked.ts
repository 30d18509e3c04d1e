import { closeSync, constants, openSync, readFileSync, writeFileSync } from "node:fs";
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
	POLLIN,
	pidfdOpen,
	poll,
	setns,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

// Asks on which mount the directory is, and waits for the command with poll. Changes the directory by the descriptor.
interface Running {
	pid: number;
	cgroup: string;
}

export function enterContainer({ pid, cgroup }: Running, workdir: string): void {
	const target = pidfdOpen(pid);
	writeFileSync(`${cgroup}/cgroup.procs`, "0");
	setns(target, CLONE_NEWPID);
	setns(target, CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP);
	setns(target, CLONE_NEWNS);
	closeSync(target);
	const child = fork();
	if (child !== 0) _exit(codeOf(child));
	const directory = openSync(workdir, O_PATH | constants.O_DIRECTORY);
	const mount = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${directory}`, "utf8"))?.[1];
	const mounts = readFileSync("/proc/self/mountinfo", "utf8")
		.split("\n")
		.map((line) => line.split(" ")[0]);
	if (!mounts.includes(mount)) throw new Error(`${workdir}: not on a mount of this container`);
	process.chdir(`/proc/self/fd/${directory}`);
	closeSync(directory);
}

function codeOf(child: number): number {
	const fd = pidfdOpen(child);
	poll([{ fd, events: POLLIN }], -1);
	const { status } = waitpid(child, WNOHANG);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
