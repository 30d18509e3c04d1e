// A child makes the namespaces, and this process enters them: the long way round, with the same end.
import { closeSync, openSync, readlinkSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, fork, kill, SIGKILL, sethostname, setns, unshare, waitpid } from "#kernel";

export function isolate(hostname: string): void {
	const maker = fork();
	if (maker === 0) {
		unshare(CLONE_NEWIPC | CLONE_NEWUTS);
		for (;;) pause(1000);
	}
	const own = readlinkSync("/proc/self/ns/uts");
	while (readlinkSync(`/proc/${maker}/ns/uts`) === own) pause(5);
	for (const kind of ["uts", "ipc"]) {
		const namespace = openSync(`/proc/${maker}/ns/${kind}`, "r");
		setns(namespace, 0);
		closeSync(namespace);
	}
	kill(maker, SIGKILL);
	waitpid(maker);
	sethostname(hostname);
}

function pause(ms: number): void {
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
