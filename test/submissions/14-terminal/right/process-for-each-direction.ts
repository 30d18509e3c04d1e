// A helper process for each direction, which only blocks; the process in the middle only waits for signals.
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import {
	_exit,
	cfmakeraw,
	dup2,
	fork,
	getpid,
	getppid,
	ioctl,
	kill,
	POLLIN,
	POLLOUT,
	PR_SET_PDEATHSIG,
	pipe,
	poll,
	prctl,
	recvmsg,
	SIG_BLOCK,
	SIGCHLD,
	SIGKILL,
	SIGTTOU,
	SIGWINCH,
	sendmsg,
	setsid,
	sigprocmask,
	sigwaitinfo,
	socketpair,
	TCSANOW,
	TIOCGPTPEER,
	TIOCGWINSZ,
	TIOCSCTTY,
	TIOCSPTLCK,
	TIOCSWINSZ,
	tcgetattr,
	tcsetattr,
	WEXITSTATUS,
	WIFSIGNALED,
	type WindowSize,
	WNOHANG,
	WTERMSIG,
	waitpid,
} from "#kernel";

/** What a container is asked to have. */
export interface Streams {
	/** Whether its standard input is the caller's. Otherwise, it is at its end. */
	interactive: boolean;
	/** Whether its three streams are a terminal. */
	tty: boolean;
}

export interface Ends {
	socket: number | null;
	size: WindowSize;
}

type Way = { from: number; to: number };

const callersTerminal = () => [1, 0, 2].find((fd) => isatty(fd));

export function connectStreams({ interactive, tty }: Streams): Ends {
	const terminal = callersTerminal();
	const size = terminal === undefined ? { rows: 24, columns: 80 } : ioctl(terminal, TIOCGWINSZ);
	const needed = [0, 1, 2].filter((fd) => isatty(fd) && (fd > 0 || (interactive && !tty)));
	if (!tty && needed.length === 0) {
		if (!interactive) emptyInput();
		return { socket: null, size };
	}
	const pipes = needed.map((fd) => ({ fd, ...pipe() }));
	const sockets = tty ? socketpair() : undefined;
	const pid = fork();
	if (pid === 0) {
		if (sockets) closeSync(sockets[0]);
		for (const { fd, readFd, writeFd } of pipes) {
			dup2(fd === 0 ? readFd : writeFd, fd);
			closeSync(readFd);
			closeSync(writeFd);
		}
		if (tty || !interactive) emptyInput();
		return { socket: sockets ? sockets[1] : null, size };
	}
	if (sockets) closeSync(sockets[1]);
	const ways: Way[] = pipes.map(({ fd, readFd, writeFd }) => {
		closeSync(fd === 0 ? readFd : writeFd);
		return fd === 0 ? { from: 0, to: writeFd } : { from: readFd, to: fd };
	});
	const master = sockets ? recvmsg(sockets[0]) : null;
	if (sockets) closeSync(sockets[0]);
	if (master !== null) ways.push({ from: master, to: 1 });
	if (master !== null && interactive) ways.push({ from: 0, to: master });
	_exit(serve(pid, ways, master, interactive));
}

function emptyInput() {
	closeSync(0);
	// The lowest free descriptor is 0.
	const fd = openSync("/dev/null", "r");
	if (fd !== 0) throw new Error("not 0");
	dup2(fd, 0);
}

function serve(container: number, ways: Way[], master: number | null, interactive: boolean): number {
	sigprocmask(SIG_BLOCK, [SIGCHLD, SIGWINCH, SIGTTOU]);
	const settings = master !== null && interactive && isatty(0) ? tcgetattr(0) : undefined;
	try {
		if (settings) tcsetattr(0, TCSANOW, cfmakeraw(settings));
		return supervise(container, ways, master);
	} finally {
		try {
			if (settings) tcsetattr(0, TCSANOW, settings);
		} catch {
			// hung up
		}
	}
}

function supervise(container: number, ways: Way[], master: number | null): number {
	const helpers = new Map<number, Way>();
	for (const way of ways) helpers.set(helper(way, ways), way);
	// The helpers have these.
	for (const way of ways) {
		if (way.from !== 0 && way.from !== master) closeSync(way.from);
		if (way.to > 2 && way.to !== master) closeSync(way.to);
	}
	let mine = master;
	let exitCode: number | undefined;
	const hangUp = () => {
		if (mine === null) return;
		closeSync(mine);
		mine = null;
		for (const [pid, { from, to }] of helpers) if (from === master || to === master) kill(pid, SIGKILL);
	};
	for (;;) {
		for (;;) {
			const { pid, status } = children();
			if (pid === 0) break;
			if (pid === container) {
				exitCode = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
				for (const [helperPid, { from }] of helpers) if (from === 0) kill(helperPid, SIGKILL);
			}
			const way = helpers.get(pid);
			helpers.delete(pid);
			if (way && exitCode === undefined && (way.from === master || way.to === master)) hangUp();
		}
		if (exitCode !== undefined && helpers.size === 0) return exitCode;
		const { signo } = sigwaitinfo([SIGCHLD, SIGWINCH]);
		const terminal = callersTerminal();
		if (signo === SIGWINCH && mine !== null && terminal !== undefined)
			ioctl(mine, TIOCSWINSZ, ioctl(terminal, TIOCGWINSZ));
	}
}

function children() {
	try {
		return waitpid(-1, WNOHANG);
	} catch {
		return { pid: 0, status: 0 };
	}
}

/** Starts a process that copies until one end is gone. */
function helper(way: Way, ways: Way[]): number {
	const parent = getpid();
	const pid = fork();
	if (pid !== 0) return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() !== parent) _exit(1);
	const useless = new Set(ways.flatMap(({ from, to }) => [from, to]).filter((fd) => fd > 2));
	useless.delete(way.from);
	useless.delete(way.to);
	for (const fd of useless) closeSync(fd);
	const buffer = Buffer.alloc(4096);
	try {
		for (;;) {
			poll([{ fd: way.from, events: POLLIN }], -1);
			const length = unlessBusy(() => readSync(way.from, buffer));
			if (length === undefined) continue;
			if (length === 0) break;
			for (let at = 0; at < length; ) {
				poll([{ fd: way.to, events: POLLOUT }], -1);
				at += unlessBusy(() => writeSync(way.to, buffer, at, length - at)) ?? 0;
			}
		}
	} catch {
		// EIO or EPIPE
	}
	_exit(0);
}

function unlessBusy(call: () => number): number | undefined {
	try {
		return call();
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
		throw error;
	}
}

export function takeStreams({ socket, size }: Ends): void {
	setsid();
	if (socket === null) return;
	const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
	const master = openSync("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
	ioctl(master, TIOCSPTLCK, 0);
	const slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	ioctl(slave, TIOCSCTTY, 0);
	for (const fd of [2, 1, 0]) dup2(slave, fd);
	ioctl(0, TIOCSWINSZ, size);
	sendmsg(socket, master);
	closeSync(socket);
}
