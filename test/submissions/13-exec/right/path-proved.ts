import { openSync, readlinkSync, statSync, writeSync } from "node:fs";
import {
	_exit,
	CLONE_NEWCGROUP,
	CLONE_NEWIPC,
	CLONE_NEWNET,
	CLONE_NEWNS,
	CLONE_NEWPID,
	CLONE_NEWUTS,
	fork,
	pidfdOpen,
	setns,
	WEXITSTATUS,
	WIFEXITED,
	WTERMSIG,
	waitpid,
} from "#kernel";

// Compares the directory with the one that its path leads to. A second process waits on the host.
interface Running {
	pid: number;
	cgroup: string;
}

export function enterContainer({ pid, cgroup }: Running, workdir: string): void {
	const middle = fork();
	if (middle > 0) _exit(codeOf(middle));
	const target = pidfdOpen(pid);
	const procs = openSync(`${cgroup}/cgroup.procs`, "a");
	setns(target, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP);
	writeSync(procs, "0\n");
	const command = fork();
	if (command > 0) _exit(codeOf(command));
	process.chdir(workdir);
	const name = readlinkSync("/proc/self/cwd");
	const [here, there] = [statSync("."), statSync(name, { throwIfNoEntry: false })];
	if (here.dev !== there?.dev || here.ino !== there.ino) throw new Error(`${workdir} is not in the container`);
}

function codeOf(child: number): number {
	const { status } = waitpid(child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
