// A helper makes both namespaces in one call, this process joins them with setns; the helper is ended and waited for.
import { closeSync, openSync, readlinkSync } from "node:fs";
import {
	_exit,
	CLONE_NEWIPC,
	CLONE_NEWUTS,
	fork,
	kill,
	PR_SET_PDEATHSIG,
	prctl,
	SIGKILL,
	sethostname,
	setns,
	unshare,
	WNOHANG,
	waitpid,
} from "#kernel";

const pause = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

export function isolate(hostname: string): void {
	const helper = fork();
	if (helper === 0) helperMain();
	try {
		const mine = readlinkSync("/proc/self/ns/ipc");
		while (readlinkSync(`/proc/${helper}/ns/ipc`) === mine) {
			if (waitpid(helper, WNOHANG).pid === helper) throw new Error("the helper has ended");
			pause(2);
		}
		join(`/proc/${helper}/ns/uts`, CLONE_NEWUTS);
		join(`/proc/${helper}/ns/ipc`, CLONE_NEWIPC);
	} finally {
		kill(helper, SIGKILL);
		waitpid(helper);
	}
	sethostname(hostname);
}

function join(link: string, kind: number): void {
	const fd = openSync(link, "r");
	try {
		setns(fd, kind);
	} finally {
		closeSync(fd);
	}
}

function helperMain(): never {
	try {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		for (;;) pause(1000);
	} catch {
		_exit(1);
	}
}
