// The parent sets the size, and the child waits until it has. The session comes last.
import { closeSync, constants, openSync } from "node:fs";
import { isatty } from "node:tty";
import { type Channel, copy } from "#box/channels";
import {
	_exit,
	cfmakeraw,
	dup2,
	fork,
	ioctl,
	pipe,
	recvmsg,
	SIG_BLOCK,
	SIGTTOU,
	sendmsg,
	setsid,
	sigprocmask,
	socketpair,
	TCSADRAIN,
	TCSANOW,
	TIOCGPTPEER,
	TIOCGWINSZ,
	TIOCSCTTY,
	TIOCSPTLCK,
	TIOCSWINSZ,
	tcgetattr,
	tcsetattr,
} from "#kernel";

/** What a container is asked to have. */
export interface Streams {
	/** Whether its standard input is the caller's. Otherwise, it is at its end. */
	interactive: boolean;
	/** Whether its three streams are a terminal. */
	tty: boolean;
}

export interface Ends {
	socket?: number;
}

export function connectStreams(asked: Streams): Ends {
	return asked.tty ? withTerminal(asked.interactive) : withoutTerminal(asked.interactive);
}

interface Link {
	channel: Channel;
	inContainer: { end: number; at: number };
}

function link(at: 0 | 1 | 2): Link {
	const { readFd, writeFd } = pipe();
	return at === 0
		? { channel: { from: 0, to: writeFd }, inContainer: { end: readFd, at } }
		: { channel: { from: readFd, to: at }, inContainer: { end: writeFd, at } };
}

function enter(links: Link[]) {
	for (const { channel, inContainer } of links) {
		dup2(inContainer.end, inContainer.at);
		closeSync(inContainer.end);
		closeSync(inContainer.at === 0 ? channel.to : channel.from);
	}
}

function leave(links: Link[]) {
	for (const { inContainer } of links) closeSync(inContainer.end);
}

function withoutTerminal(interactive: boolean): Ends {
	if (!interactive) devNull();
	const links = ([0, 1, 2] as const).filter((fd) => isatty(fd)).map(link);
	if (links.length === 0) return {};
	const child = fork();
	if (child === 0) {
		enter(links);
		return {};
	}
	leave(links);
	_exit(
		copy(
			child,
			links.map(({ channel }) => channel),
			{ onResize() {}, onEnd: ended },
		),
	);
}

function withTerminal(interactive: boolean): Ends {
	const links = ([1, 2] as const).filter((fd) => isatty(fd)).map(link);
	const [here, there] = socketpair();
	const child = fork();
	if (child === 0) {
		closeSync(here);
		enter(links);
		devNull();
		return { socket: there };
	}
	closeSync(there);
	leave(links);
	const channels = links.map(({ channel }) => channel);
	const master = recvmsg(here);
	if (master === null) _exit(copy(child, channels, { onResize() {}, onEnd: ended }));
	channels.push({ from: master, to: 1 });
	if (interactive) channels.push({ from: 0, to: master });
	const passSize = () => {
		const terminal = [1, 2, 0].find((fd) => isatty(fd));
		if (terminal !== undefined) ioctl(master, TIOCSWINSZ, ioctl(terminal, TIOCGWINSZ));
		else if (ioctl(master, TIOCGWINSZ).rows === 0) ioctl(master, TIOCSWINSZ, { rows: 24, columns: 80 });
	};
	passSize();
	const restore = interactive ? makeRaw() : () => {};
	// Anything that the child can wait for.
	sendmsg(here, here);
	closeSync(here);
	let code: number;
	try {
		code = copy(child, channels, { onResize: passSize, onEnd: ended });
	} finally {
		restore();
	}
	_exit(code);
}

function makeRaw(): () => void {
	if (!isatty(0)) return () => {};
	sigprocmask(SIG_BLOCK, [SIGTTOU]);
	const settings = tcgetattr(0);
	tcsetattr(0, TCSADRAIN, cfmakeraw(settings));
	return () => {
		try {
			tcsetattr(0, TCSANOW, settings);
		} catch {
			// It has hung up.
		}
	};
}

function ended({ from, to }: Channel, error?: NodeJS.ErrnoException): number | undefined {
	if (from === 0) return to;
	return error === undefined ? undefined : from;
}

function devNull() {
	const fd = openSync("/dev/null", constants.O_RDONLY);
	dup2(fd, 0);
	closeSync(fd);
}

export function takeStreams({ socket }: Ends): void {
	if (socket === undefined) {
		setsid();
		return;
	}
	const master = openSync("/dev/ptmx", constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
	ioctl(master, TIOCSPTLCK, 0);
	const slave = ioctl(master, TIOCGPTPEER, constants.O_RDWR | constants.O_NOCTTY);
	sendmsg(socket, master);
	closeSync(master);
	const ready = recvmsg(socket);
	if (ready !== null) closeSync(ready);
	closeSync(socket);
	dup2(slave, 0);
	dup2(slave, 1);
	dup2(slave, 2);
	closeSync(slave);
	setsid();
	ioctl(0, TIOCSCTTY, 0);
}
