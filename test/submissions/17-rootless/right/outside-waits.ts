import { openSync, readFileSync, writeSync } from "node:fs";
import {
	_exit,
	CLONE_NEWNS,
	CLONE_NEWUSER,
	execve,
	fork,
	kill,
	SIG_BLOCK,
	SIGCHLD,
	SIGCONT,
	SIGUSR1,
	setgroups,
	sigprocmask,
	sigwaitinfo,
	unshare,
	WEXITSTATUS,
	WIFSIGNALED,
	WTERMSIG,
	waitpid,
} from "#kernel";

// The caller stays outside, sets the maps of a child, and waits for the child, which goes on as the engine. They tell each
// other by signals.
interface Mapping {
	uid: number;
	gid: number;
	subuids: { start: number; count: number } | null;
	subgids: { start: number; count: number } | null;
}

export function enterUserNamespace({ uid, gid, subuids, subgids }: Mapping): void {
	sigprocmask(SIG_BLOCK, [SIGUSR1, SIGCONT, SIGCHLD]);
	const outside = Number(/^Pid:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
	const engine = fork();
	if (engine === 0) {
		unshare(CLONE_NEWUSER | CLONE_NEWNS);
		kill(outside, SIGUSR1);
		sigwaitinfo([SIGCONT]);
		if (subgids !== null) setgroups([]);
		return;
	}
	sigwaitinfo([SIGUSR1, SIGCHLD]);
	const ids = (own: number, range: { start: number; count: number }) => [0, own, 1, 1, range.start, range.count];
	if (subuids === null || subgids === null) {
		write(`/proc/${engine}/uid_map`, `0 ${uid} 1\n`);
		write(`/proc/${engine}/setgroups`, "deny");
		write(`/proc/${engine}/gid_map`, `0 ${gid} 1\n`);
	} else {
		start(["/usr/bin/newuidmap", engine, ...ids(uid, subuids)]);
		start(["/usr/bin/newgidmap", engine, ...ids(gid, subgids)]);
	}
	kill(engine, SIGCONT);
	const { status } = waitpid(engine);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

const write = (path: string, text: string) => writeSync(openSync(path, "w"), text);

function start([program = "", ...args]: (string | number)[]): void {
	const pid = fork();
	if (pid === 0) execve(String(program), [String(program), ...args.map(String)]);
	if (waitpid(pid).status !== 0) _exit(1);
}
