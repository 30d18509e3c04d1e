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
	SIGWINCH,
	sigprocmask,
	sigwaitinfo,
	WEXITSTATUS,
	WIFSIGNALED,
	WNOHANG,
	waitpid,
} from "#kernel";
import { rememberTerminal } from "./callers-terminal.ts";
import { unlessGone } from "./unless-gone.ts";

/**
 * Three processes, so that whichever of them is killed, another one cleans up:
 *
 *     box            the one that your shell waits for. Cleans up if the shim is killed
 *     └─ shim        claims what the container needs, and passes signals on. Cleans up when the engine has ended, in
 *        │           whatever way, or box is killed
 *        └─ engine   run() of box.ts: makes a container, waits for it, removes it
 *           └─ …     the container: lessons 01 and 05
 */

/** What `supervise` needs of an engine. */
export interface Engine {
	/** Claims what the container needs. Runs in the shim, so that what is claimed is also removed. */
	prepare?(): void;
	/** Runs a container. @returns the command's exit code */
	run(): number;
	/** Pids of the container's processes. If null, all descendants of the engine count as the container's. */
	processes(): number[] | null;
	/**
	 * Returns the process that gets a user's signals; undefined if there is none yet. Default: the engine's eldest
	 * descendant that is in the container.
	 * @param engine pid of the engine
	 */
	receiver?(engine: number): number | undefined;
	/** Removes everything that the engine can have left behind. */
	removeRemains(): void;
}

/** The exit code when box itself has failed. Other engines use the same number. */
export const FAILED = 125;

const PASSED_ON_SIGNALS = [
	"SIGHUP",
	"SIGINT",
	"SIGQUIT",
	"SIGTERM",
	"SIGUSR1",
	"SIGUSR2",
	"SIGCONT",
	"SIGWINCH",
] as const;
const AWAITED_SIGNALS = [...PASSED_ON_SIGNALS.map((name) => constants.signals[name]), SIGCHLD];
/** Signals that end the engine as long as there is no container. */
const ENDING_SIGNALS = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"].map(
	(name) => constants.signals[name as NodeJS.Signals],
);
/**
 * The terminal sends Ctrl-C to every process in the foreground. Box passes its own copy on to the shim. If this copy
 * arrives within this time, it is an echo.
 */
const ECHO_MS = 1_000;
/** Within this time, the container's command starts or its engine ends. */
const COMMAND_STARTS_MS = 5_000;
const POLL_INTERVAL_MS = 10;

/** Restores the terminal's settings as box found them. Set before the first fork, so the shim can call it as well. */
let restoreTerminal = () => {};

/**
 * Runs an engine and ends this process with the engine's exit code. Cleans up even if one of the processes is killed.
 */
export function supervise(engine: Engine): void {
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	restoreTerminal = rememberTerminal();
	const box = getpid();
	// Signals stay blocked across the fork, so that the forked process loses none.
	sigprocmask(SIG_BLOCK, AWAITED_SIGNALS);
	const shim = fork();
	if (shim === 0) _exit(superviseEngine(box, engine));

	// Node's other threads in this process cannot be made to block signals. So this process handles signals, and does
	// not wait for them.
	for (const name of PASSED_ON_SIGNALS) process.on(name, () => kill(shim, constants.signals[name]));
	const exitIfShimEnded = () => {
		const status = reap(shim);
		if (status === undefined) return;
		if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
		cleanUp(engine);
		fail("the shim was killed");
	};
	process.on("SIGCHLD", exitIfShimEnded);
	// Until now, another thread of Node may have taken a SIGCHLD, and dropped it.
	exitIfShimEnded();
	// Handlers alone do not keep Node running.
	setInterval(() => {}, 2 ** 30);
	sigprocmask(SIG_UNBLOCK, AWAITED_SIGNALS);
}

/** Prints what went wrong, and ends this process. */
export function fail(message: string): never {
	say(message);
	_exit(FAILED);
}

function say(message: string): void {
	try {
		writeSync(2, `box: ${message}\n`);
	} catch {
		// EPIPE: nobody reads standard error. The message is lost, but what comes next must still happen.
	}
}

// Runs in the shim. A forked process has one thread, so a signal that it blocks stays pending until sigwaitinfo takes
// it.
function superviseEngine(box: number, engine: Engine): number {
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	const shim = getpid();
	try {
		engine.prepare?.();
		const pid = fork();
		if (pid === 0) _exit(runEngine(shim, engine));
		return passSignalsOn(pid, box, engine);
	} catch (error) {
		say((error as Error).message);
		return FAILED;
	} finally {
		cleanUp(engine);
	}
}

// Passes signals on to the container until the engine has ended or box is gone. Returns the exit code.
function passSignalsOn(pid: number, box: number, engine: Engine): number {
	let lastFromTerminal = { signo: 0, atMs: 0 };
	let endedBy: number | undefined;
	while (getppid() === box) {
		const status = reap(pid);
		if (status !== undefined) {
			const code = WIFSIGNALED(status) ? FAILED : WEXITSTATUS(status);
			// The terminal's Ctrl-C also reaches programs that the engine runs. The engine may have failed because one
			// of them ended.
			if (endedBy !== undefined && code === FAILED) return 128 + endedBy;
			if (WIFSIGNALED(status)) say("the engine was killed");
			return code;
		}
		const { signo, code } = sigwaitinfo(AWAITED_SIGNALS);
		if (signo === SIGCHLD) continue;
		// The terminal sends Ctrl-C to the container, to this process and to box. Box then passes it on, once: an echo.
		const isEcho =
			code !== SI_KERNEL && signo === lastFromTerminal.signo && performance.now() - lastFromTerminal.atMs < ECHO_MS;
		const receiver = code === SI_KERNEL ? whoMissed(signo, pid, engine) : containerOf(pid, engine);
		lastFromTerminal = { signo: code === SI_KERNEL ? signo : 0, atMs: performance.now() };
		if (isEcho || receiver === "nobody") continue;
		if (receiver !== undefined) tryKill(receiver, signo);
		else if (ENDING_SIGNALS.includes(signo)) {
			endedBy = signo;
			tryKill(pid, SIGKILL);
		}
	}
	return FAILED;
}

const processesOf = (pid: number, engine: Engine) => engine.processes() ?? descendantsOf(pid);

// Returns the process that gets signals: in general, the engine's eldest descendant that is in the container. That
// process passes them on to the command (lesson 05). Undefined if there is no such process yet.
function containerOf(pid: number, engine: Engine): number | undefined {
	if (engine.receiver !== undefined) return engine.receiver(pid);
	const processes = processesOf(pid, engine);
	return descendantsOf(pid).find((child) => processes.includes(child));
}

// Returns who still needs a signal that the terminal has sent: a process, a process group as a negative number, or
// nobody. Undefined if there is no container. The signal has reached every process that existed at that moment in the
// terminal's foreground group, which is the group of this process. A child forked later does not inherit pending signals:
// fork(2). With lesson 14, the command has a session of its own, and so a group of its own.
function whoMissed(signo: number, pid: number, engine: Engine): number | "nobody" | undefined {
	const existing = processesOf(pid, engine);
	const neverNotified = new Int32Array(new SharedArrayBuffer(4));
	for (const endMs = performance.now() + COMMAND_STARTS_MS; performance.now() < endMs && !hasEnded(pid); ) {
		const commands = processesOf(pid, engine).filter(runsAnotherProgram);
		if (commands.length > 0) {
			if (!commands.some((command) => existing.includes(command))) return containerOf(pid, engine);
			const groups = commands.map(groupOf);
			// A new size is not for the command. Lesson 14 passes the size on to the container's own terminal.
			if (signo === SIGWINCH || groups.includes(groupOf(getpid()))) return "nobody";
			return groups[0] === undefined ? "nobody" : -groups[0];
		}
		Atomics.wait(neverNotified, 0, 0, POLL_INTERVAL_MS);
	}
	return containerOf(pid, engine) === undefined ? undefined : "nobody";
}

// The id of the process group; undefined if the process is gone. See proc_pid_stat(5).
function groupOf(pid: number): number | undefined {
	const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
	const group = Number(/\) \S+ \S+ (\d+)/.exec(stat)?.[1]);
	return group > 0 ? group : undefined;
}

// Every process of the engine is a fork of this one and runs this program, until one of them becomes the command.
function runsAnotherProgram(pid: number): boolean {
	return unlessGone(() => {
		const [theirs, own] = [statSync(`/proc/${pid}/exe`), statSync("/proc/self/exe")];
		return theirs.ino !== own.ino || theirs.dev !== own.dev;
	}, false);
}

// A process that has ended is a zombie until this process reaps it. See proc_pid_stat(5).
const hasEnded = (pid: number) => /\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

function runEngine(shim: number, engine: Engine): number {
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() !== shim) return FAILED;
	// Node needs SIGCHLD when it runs a program. The other signals stay blocked: Ctrl-C is for the container.
	sigprocmask(SIG_UNBLOCK, [SIGCHLD]);
	try {
		return engine.run();
	} catch (error) {
		// Before the container's own process becomes the command, its errors end here as well.
		fail((error as Error).message);
	}
}

// When a process is killed, its children become children of this process, their subreaper. So the loop reaches them
// all.
function cleanUp(engine: Engine): void {
	sigprocmask(SIG_UNBLOCK, [SIGCHLD]);
	try {
		for (let left = childrenOf(getpid()); left.length > 0; left = childrenOf(getpid())) {
			for (const pid of left) tryKill(pid, SIGKILL);
			waitpid(-1);
		}
		restoreTerminal();
		engine.removeRemains();
	} catch (error) {
		say(`not everything could be removed: ${(error as Error).message}`);
	}
}

// Reaps children that have ended. Returns the wait status of `child`, if it has ended.
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

/** The descendants of a process, each before its own. */
export function descendantsOf(pid: number): number[] {
	return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function tryKill(pid: number, signo: number): void {
	unlessGone(() => kill(pid, signo), undefined);
}
