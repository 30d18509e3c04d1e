// Own poll loop; raw mode by hand; the controlling terminal by opening without O_NOCTTY; /dev/pts/ptmx.
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import {
	_exit,
	dup2,
	fork,
	ioctl,
	POLLIN,
	POLLOUT,
	type PollFd,
	pipe,
	poll,
	readSignal,
	recvmsg,
	SIG_BLOCK,
	SIGCHLD,
	SIGTTOU,
	SIGWINCH,
	sendmsg,
	setsid,
	signalfd,
	sigprocmask,
	socketpair,
	TCSADRAIN,
	type Termios,
	TIOCGPTPEER,
	TIOCGWINSZ,
	TIOCSPTLCK,
	TIOCSWINSZ,
	tcgetattr,
	tcsetattr,
	WEXITSTATUS,
	WIFEXITED,
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

const ISIG = 0o1,
	ICANON = 0o2,
	ECHO = 0o10,
	ECHONL = 0o100,
	IEXTEN = 0o100000;
const BRKINT = 0o2,
	INLCR = 0o100,
	IGNCR = 0o200,
	ICRNL = 0o400,
	IXON = 0o2000;
const OPOST = 0o1;

function raw(old: Termios): Termios {
	return {
		...old,
		c_iflag: old.c_iflag & ~(BRKINT | INLCR | IGNCR | ICRNL | IXON),
		c_oflag: old.c_oflag & ~OPOST,
		c_lflag: old.c_lflag & ~(ISIG | ICANON | ECHO | ECHONL | IEXTEN),
	};
}

class Way {
	buffer = Buffer.alloc(0);
	done = false;
	constructor(
		readonly from: number,
		readonly to: number,
		readonly isInput: boolean,
	) {}
	wants(): PollFd {
		return this.buffer.length > 0 ? { fd: this.to, events: POLLOUT } : { fd: this.from, events: POLLIN };
	}
	/** Returns a descriptor that is of no more use. */
	step(): number | undefined {
		const writing = this.buffer.length > 0;
		try {
			if (writing) {
				this.buffer = this.buffer.subarray(writeSync(this.to, this.buffer));
				return undefined;
			}
			const chunk = Buffer.alloc(16384);
			const length = readSync(this.from, chunk);
			if (length > 0) {
				this.buffer = chunk.subarray(0, length);
				return undefined;
			}
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code === "EAGAIN") return undefined;
			if (code !== "EIO" && code !== "EPIPE") throw error;
		}
		this.done = true;
		this.buffer = Buffer.alloc(0);
		return this.isInput ? this.to : this.from;
	}
}

export function connectStreams(asked: Streams): Ends {
	const terminals = [0, 1, 2].filter((fd) => isatty(fd));
	const size = terminals.length > 0 ? ioctl(terminals[0] as number, TIOCGWINSZ) : { rows: 24, columns: 80 };
	const input = !asked.tty && asked.interactive && isatty(0) ? pipe() : undefined;
	const outputs = new Map<number, ReturnType<typeof pipe>>();
	for (const fd of [1, 2]) if (isatty(fd)) outputs.set(fd, pipe());
	const emptyInput = asked.tty || !asked.interactive;

	if (!asked.tty && !input && outputs.size === 0) {
		if (emptyInput) devNull();
		return { socket: null, size };
	}
	const [hostSocket, containerSocket] = asked.tty ? socketpair() : [null, null];
	// Before the fork, so that no child's end is missed.
	const pid = fork();
	if (pid === 0) {
		if (hostSocket !== null) closeSync(hostSocket);
		if (emptyInput) devNull();
		if (input) {
			closeSync(input.writeFd);
			dup2(input.readFd, 0);
			closeSync(input.readFd);
		}
		for (const [fd, { readFd, writeFd }] of outputs) {
			closeSync(readFd);
			dup2(writeFd, fd);
			closeSync(writeFd);
		}
		return { socket: containerSocket, size };
	}
	if (containerSocket !== null) closeSync(containerSocket);
	const ways: Way[] = [];
	if (input) {
		closeSync(input.readFd);
		ways.push(new Way(0, input.writeFd, true));
	}
	for (const [fd, { readFd, writeFd }] of outputs) {
		closeSync(writeFd);
		ways.push(new Way(readFd, fd, false));
	}
	const master = hostSocket === null ? null : recvmsg(hostSocket);
	if (master !== null) {
		ways.push(new Way(master, 1, false));
		if (asked.interactive) ways.push(new Way(0, master, true));
	}
	_exit(serve(pid, ways, master, asked.interactive));
}

function devNull(): void {
	const fd = openSync("/dev/null", "r+");
	dup2(fd, 0);
	closeSync(fd);
}

function serve(pid: number, all: Way[], master: number | null, interactive: boolean): number {
	sigprocmask(SIG_BLOCK, [SIGTTOU, SIGCHLD, SIGWINCH]);
	const old = master !== null && interactive && isatty(0) ? tcgetattr(0) : undefined;
	if (old) tcsetattr(0, TCSADRAIN, raw(old));
	try {
		return pump(pid, all, master);
	} finally {
		try {
			if (old) tcsetattr(0, TCSADRAIN, old);
		} catch {
			// it has hung up
		}
	}
}

function pump(pid: number, all: Way[], master: number | null): number {
	const signals = signalfd([SIGCHLD, SIGWINCH]);
	const closed = new Set<number>();
	let exitCode: number | undefined;
	const look = () => {
		const waited = waitpid(pid, WNOHANG);
		if (waited.pid !== 0)
			exitCode = WIFEXITED(waited.status) ? WEXITSTATUS(waited.status) : 128 + WTERMSIG(waited.status);
	};
	look();
	for (;;) {
		const ways = all.filter((way) => !way.done && !(exitCode !== undefined && way.isInput));
		const [signal, ...events] = poll(
			[{ fd: signals, events: POLLIN }, ...ways.map((way) => way.wants())],
			exitCode === undefined ? -1 : 0,
		);
		if (exitCode !== undefined && events.every((event) => event === 0) && ways.every((w) => w.buffer.length === 0))
			return exitCode;
		ways.forEach((way, index) => {
			if (events[index] === 0 || closed.has(way.from) || closed.has(way.to)) return;
			const useless = way.step();
			if (useless === undefined || closed.has(useless)) return;
			closeSync(useless);
			closed.add(useless);
			for (const other of all) if (other.from === useless || other.to === useless) other.done = true;
		});
		if (signal !== 0 && exitCode === undefined) {
			const { signo } = readSignal(signals);
			const terminal = [0, 1, 2].find((fd) => isatty(fd));
			if (signo === SIGWINCH && master !== null && !closed.has(master) && terminal !== undefined)
				ioctl(master, TIOCSWINSZ, ioctl(terminal, TIOCGWINSZ));
			look();
		}
	}
}

export function takeStreams(ends: Ends): void {
	setsid();
	if (ends.socket === null) return;
	const master = openSync("/dev/pts/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
	ioctl(master, TIOCSWINSZ, ends.size);
	ioctl(master, TIOCSPTLCK, 0);
	// The first terminal that a session's leader opens becomes its controlling terminal.
	const slave = ioctl(master, TIOCGPTPEER, constants.O_RDWR);
	dup2(slave, 2);
	dup2(slave, 1);
	dup2(slave, 0);
	sendmsg(ends.socket, master);
}
