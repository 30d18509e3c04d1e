import { readFileSync, statSync, writeSync } from "node:fs";
import { constants } from "node:os";
import {
	_exit,
	fork,
	getpid,
	getppid,
	kill,
	PR_SET_CHILD_SUBREAPER,
	PR_SET_PDEATHSIG,
	prctl,
	SI_KERNEL,
	SIG_BLOCK,
	SIG_UNBLOCK,
	SIGCHLD,
	SIGKILL,
	SIGTERM,
	sigprocmask,
	sigwaitinfo,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	waitpid,
} from "#kernel";
import { unlessGone } from "./gone.ts";

/**
 * Three processes, so that whichever of them is killed, another one cleans up:
 *
 *     box            the one that your shell waits for. Cleans up if the shim is killed
 *     └─ shim        passes signals on. Cleans up when the engine has ended, in whatever way, or box is killed
 *        └─ engine   run() of box.ts: makes a container, waits for it, removes it
 *           └─ …     the container: lessons 01 and 05
 */

/** What can be asked of an engine. */
export interface Engine {
	/** Runs a container. @returns the command's exit code */
	run(): number;
	/** Pids of the container's processes; null when nobody keeps a list, and all that the engine starts is its container. */
	processes(): number[] | null;
	/** Removes everything that the engine can have left. */
	removeRemains(): void;
}

/** The exit code of a box that has failed, as other engines have it. */
export const FAILED = 125;

const PASSED_ON = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT", "SIGWINCH"] as const;
const NUMBERS = PASSED_ON.map((name) => constants.signals[name]);
const AWAITED = [...NUMBERS, SIGCHLD];
/** Before there is a container, these end the engine. */
const ENDING = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"].map((name) => constants.signals[name as NodeJS.Signals]);
/** Within this time, box has said again what the terminal has said to all. */
const ECHO_MS = 1_000;
/** Within this time a container comes up, or its engine ends. */
const COMING_MS = 5_000;
const PAUSE_MS = 10;

/** Runs an engine and ends this process with its exit code. Whatever happens, nothing is left behind. */
export function supervise(engine: Engine): void {
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	const box = getpid();
	// Blocked until it is clear who is who: the forked process must lose none.
	sigprocmask(SIG_BLOCK, AWAITED);
	const shim = fork();
	if (shim === 0) _exit(superviseEngine(box, engine));

	// This process has threads of Node's that cannot block signals, so here they are handled, not waited for.
	for (const name of PASSED_ON) process.on(name, () => kill(shim, constants.signals[name]));
	const look = () => {
		const status = reap(shim);
		if (status === undefined) return;
		if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
		cleanUp(engine);
		fail("the shim was killed");
	};
	process.on("SIGCHLD", look);
	// Handlers alone do not keep Node running.
	setInterval(() => {}, 2 ** 30);
	sigprocmask(SIG_UNBLOCK, AWAITED);
}

/** Says what went wrong, and ends this process. */
export function fail(message: string): never {
	say(message);
	_exit(FAILED);
}

function say(message: string): void {
	try {
		writeSync(2, `box: ${message}\n`);
	} catch {
		// Nobody listens: EPIPE. That must not keep it from what comes next.
	}
}

// The shim. A forked process has one thread, so what it blocks waits for sigwaitinfo.
function superviseEngine(box: number, engine: Engine): number {
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	const shim = getpid();
	const pid = fork();
	if (pid === 0) _exit(runEngine(shim, engine));

	try {
		return follow(pid, box, engine);
	} finally {
		cleanUp(engine);
	}
}

// Passes signals on to the container until the engine has ended or box is gone. Gives the exit code.
function follow(pid: number, box: number, engine: Engine): number {
	let heard = { signo: 0, atMs: 0 };
	let endedBy: number | undefined;
	while (getppid() === box) {
		const status = reap(pid);
		if (status !== undefined) {
			const code = WIFSIGNALED(status) ? FAILED : WEXITSTATUS(status);
			// It may also have failed because a program that it was running has had the terminal's Ctrl-C.
			if (endedBy !== undefined && code === FAILED) return 128 + endedBy;
			if (WIFSIGNALED(status)) say("the engine was killed");
			return code;
		}
		const { signo, code } = sigwaitinfo(AWAITED);
		if (signo === SIGCHLD) continue;
		// A terminal's Ctrl-C goes to the container and to box alike, and box says again, once, what it has heard.
		const isEcho = code !== SI_KERNEL && signo === heard.signo && performance.now() - heard.atMs < ECHO_MS;
		const had = code === SI_KERNEL && hasReached(pid, engine);
		heard = { signo: code === SI_KERNEL ? signo : 0, atMs: performance.now() };
		if (isEcho) continue;
		const container = containerOf(pid, engine);
		if (container !== undefined && !had) tryKill(container, signo);
		if (container !== undefined || !ENDING.includes(signo)) continue;
		endedBy = signo;
		tryKill(pid, SIGKILL);
	}
	return FAILED;
}

const processesOf = (pid: number, engine: Engine) => engine.processes() ?? descendantsOf(pid);

// The child of the engine: what it gets, it passes on (lesson 05).
function containerOf(pid: number, engine: Engine): number | undefined {
	const processes = processesOf(pid, engine);
	return childrenOf(pid).find((child) => processes.includes(child));
}

// Whether the command has what the terminal has said. Each process has it that was there then, to the one that is the
// command now; a child that was forked later has none of what was pending for its parent: fork(2).
function hasReached(pid: number, engine: Engine): boolean {
	const there = processesOf(pid, engine);
	const clock = new Int32Array(new SharedArrayBuffer(4));
	for (const endMs = performance.now() + COMING_MS; performance.now() < endMs && !hasEnded(pid); ) {
		const commands = processesOf(pid, engine).filter(runsAnotherProgram);
		if (commands.length > 0) return commands.some((command) => there.includes(command));
		Atomics.wait(clock, 0, 0, PAUSE_MS);
	}
	return true;
}

// The engine's processes are all forks of this one, until one of them becomes the command.
function runsAnotherProgram(pid: number): boolean {
	return unlessGone(() => {
		const [its, own] = [statSync(`/proc/${pid}/exe`), statSync("/proc/self/exe")];
		return its.ino !== own.ino || its.dev !== own.dev;
	}, false);
}

// A zombie, until this process has reaped it. See proc_pid_stat(5).
const hasEnded = (pid: number) => /\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

function runEngine(shim: number, engine: Engine): number {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() !== shim) return FAILED;
	// The other signals stay blocked: Ctrl-C is for the container. This one Node needs when it runs a program.
	sigprocmask(SIG_UNBLOCK, [SIGCHLD]);
	try {
		return engine.run();
	} catch (error) {
		// Also in the container's own process, as long as it has not become the command.
		fail((error as Error).message);
	}
}

// What is killed leaves its children to this process, their subreaper, so in the end there are none.
function cleanUp(engine: Engine): void {
	sigprocmask(SIG_UNBLOCK, [SIGCHLD]);
	try {
		for (let left = childrenOf(getpid()); left.length > 0; left = childrenOf(getpid())) {
			for (const pid of left) tryKill(pid, SIGKILL);
			waitpid(-1);
		}
		engine.removeRemains();
	} catch (error) {
		say(`not everything could be removed: ${(error as Error).message}`);
	}
}

// Takes every child that has ended out of the process table. Gives the wait status of this one, if it has ended.
function reap(child: number): number | undefined {
	for (;;) {
		const { pid, status } = waitpid(-1, WNOHANG);
		if (pid === child) return status;
		if (pid === 0) return undefined;
	}
}

function childrenOf(pid: number): number[] {
	const children = unlessGone(() => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"), "");
	return children.split(" ").filter(Boolean).map(Number);
}

function descendantsOf(pid: number): number[] {
	return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function tryKill(pid: number, signo: number): void {
	unlessGone(() => kill(pid, signo), undefined);
}
