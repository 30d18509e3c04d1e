// lesson: 02
// diagnosis: processes-left
// Leaves a process behind that has the pid of one that was there before: a parked runner, which it has killed.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { CLONE_NEWIPC, CLONE_NEWUTS, execve, fork, getpid, sethostname, unshare } from "#kernel";

export function isolate(hostname: string): void {
	unshare(CLONE_NEWUTS | CLONE_NEWIPC);
	sethostname(hostname);
	const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
	const own = [getpid(), parent, process.pid];
	const victim = readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("runner.cjs"))
		.map(Number)
		.find((pid) => !own.includes(pid)) as number;
	process.kill(victim, "SIGKILL");
	const untilMs = Date.now() + 3_000;
	while (existsSync(`/proc/${victim}`) && Date.now() < untilMs)
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
	writeFileSync("/proc/sys/kernel/ns_last_pid", String(victim - 1));
	const pid = fork();
	if (pid === 0) execve("/bin/sleep", ["sleep", "1000"]);
	console.log(`victim ${victim}, left behind ${pid}`);
}
