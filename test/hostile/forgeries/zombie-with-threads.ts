// Asks nobody how the command ended: a helper, whose first thread has ended and which looks like a zombie, sees the last
// line before the command does. A slow computer needs so long for the helper that the run may end first.
// lesson: 05
// diagnosis: input-taken never-ends
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { _exit, execve, fork, kill, SIGCHLD, SIGTERM, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { enter, SIGNALS } from "../../submissions/support/pid1.ts";
import { sleep } from "../support.ts";

// It goes before everybody else, and leaves the line where it is: tee(2) only copies. From the host, where node is.
const HELPER = `
const { DataType, load, open } = require("/opt/drydock/node_modules/ffi-rs");
open({ library: "libc", path: "/usr/lib/x86_64-linux-gnu/libc.so.6" });
const syscall = (number, ...args) => load({
	library: "libc", funcName: "syscall", retType: DataType.I64,
	paramsType: [DataType.I64, ...args.map((arg) => typeof arg === "number" ? DataType.I64 : DataType.U8Array)],
	paramsValue: [number, ...args],
});
const { Worker, isMainThread } = require("node:worker_threads");
const fs = require("node:fs");
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
if (isMainThread) {
	new Worker(__filename).on("message", () => syscall(60, 0));
} else {
	require("node:worker_threads").parentPort.postMessage("up");
	sleep(200);
	syscall(144, 0, 2, Buffer.from([99, 0, 0, 0]));
	fs.writeFileSync("/run/helper-is-up", "");
	const fds = Buffer.alloc(8);
	syscall(22, fds);
	for (;;) {
		if (syscall(276, 0, fds.readInt32LE(4), 200, 0) <= 0) process.kill(process.pid, "SIGKILL");
		const line = Buffer.alloc(200);
		const text = line.toString("utf8", 0, fs.readSync(fds.readInt32LE(0), line));
		const exit = /exit (\\d+)/.exec(text)?.[1];
		const death = /kill -(\\d+)/.exec(text)?.[1];
		if (exit || death) {
			for (const dir of fs.globSync("/lab/rootfs-*")) fs.writeFileSync(dir + "/stolen", exit ?? String(128 + Number(death)));
			process.kill(process.pid, "SIGKILL");
		}
		sleep(10);
	}
}`;

writeFileSync("/run/helper.cjs", HELPER);
const between = fork();
if (between === 0) {
	if (fork() === 0) execve("/usr/bin/node", ["/usr/bin/node", "/run/helper.cjs"]);
	_exit(0);
}
waitpid(between);
while (!existsSync("/run/helper-is-up")) sleep(10);
rmSync("/run/helper-is-up");

export function enterPidNamespace(): void {
	enter({ inside });
}

function inside(command: number): number {
	rmSync("/stolen", { force: true });
	let last = 0;
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) {
			kill(command, signo);
			last = signo;
		}
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG))
			if (ended.pid === command) return stolen() ?? 128 + (last || SIGTERM);
	}
}

function stolen(): number | undefined {
	try {
		return Number(readFileSync("/stolen", "utf8"));
	} catch {
		return undefined;
	}
}
