import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("terminals", () => {
	test.concurrent("a pseudo-terminal: unlock, open the peer, size, controlling terminal, raw mode, hang-up", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k, fs, attempt, inChild }) => {
			const O_NOCTTY = 0x100;
			const master = fs.openSync("/dev/ptmx", fs.constants.O_RDWR | O_NOCTTY);
			const locked = attempt(() => k.ioctl(master, k.TIOCGPTPEER, fs.constants.O_RDWR | O_NOCTTY));
			k.ioctl(master, k.TIOCSPTLCK, 0);
			const slave = k.ioctl(master, k.TIOCGPTPEER, fs.constants.O_RDWR | O_NOCTTY);
			const none = k.ioctl(slave, k.TIOCGWINSZ);
			k.ioctl(master, k.TIOCSWINSZ, { rows: 33, columns: 132 });
			const size = k.ioctl(slave, k.TIOCGWINSZ);
			const child = inChild(() => {
				const stat = () => fs.readFileSync("/proc/self/stat", "utf8").replace(/.*\) /, "").split(" ");
				const withoutSession = attempt(() => k.ioctl(slave, k.TIOCSCTTY, 0));
				const session = k.setsid();
				const again = attempt(() => k.setsid());
				k.ioctl(slave, k.TIOCSCTTY, 0);
				const [, , group, sid, tty, foreground] = stat();
				return {
					...{ withoutSession, again, hasTerminal: Number(tty) > 0 },
					isLeader: [group, sid, foreground].every((id) => Number(id) === session),
				};
			});
			const settings = k.tcgetattr(slave);
			// ICRNL makes a line feed of the carriage return, and ICANON keeps the line until then.
			fs.writeSync(master, "a\r");
			const cooked = fs.readSync(slave, Buffer.alloc(9));
			const raw = k.cfmakeraw(settings);
			k.tcsetattr(slave, k.TCSAFLUSH, raw);
			fs.writeSync(master, "\x03\r");
			const bytes = Buffer.alloc(2);
			fs.readSync(slave, bytes);
			k.tcsetattr(slave, k.TCSANOW, settings);
			const restored = JSON.stringify(k.tcgetattr(slave)) === JSON.stringify(settings);
			fs.closeSync(slave);
			// What the terminal has echoed is still to be read.
			const [left] = k.poll([{ fd: master, events: k.POLLIN }], 0);
			fs.readSync(master, Buffer.alloc(99));
			const [hungUp] = k.poll([{ fd: master, events: k.POLLIN }], 0);
			const end = attempt(() => fs.readSync(master, bytes));
			const file = fs.openSync("/proc/self/status", "r");
			return {
				...{ locked, none, size, child, cooked, bytes: bytes.toString("hex"), restored, end },
				...{ left: left === (k.POLLIN | k.POLLHUP), hungUp: hungUp === k.POLLHUP },
				noTerminal: [attempt(() => k.tcgetattr(file)), attempt(() => k.ioctl(file, k.TIOCGWINSZ))],
			};
		});
		expect(value).toEqual({
			locked: "EIO",
			none: { rows: 0, columns: 0 },
			size: { rows: 33, columns: 132 },
			child: { withoutSession: "EPERM", again: "EPERM", hasTerminal: true, isLeader: true },
			...{ cooked: 2, bytes: "030d", restored: true, left: true, hungUp: true, end: "EIO" },
			noTerminal: ["ENOTTY", "ENOTTY"],
		});
		const calls = ledger
			.filter(({ call }) => call === "ioctl")
			.map(({ args, error }) => [args["op"], args["argp"], error]);
		expect(calls[0]).toEqual(["TIOCGPTPEER", "258", "EIO"]);
		expect(calls).toContainEqual(["TIOCSWINSZ", '{"rows":33,"columns":132}', undefined]);
	});
});

describe("descriptors", () => {
	test.concurrent("sendmsg passes an open file to another process; recvmsg finds the end", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k, fs }) => {
			const [one, other] = k.socketpair();
			const pid = k.fork();
			if (pid === 0) {
				fs.closeSync(one);
				const { readFd, writeFd } = k.pipe();
				fs.writeSync(writeFd, "from the child");
				k.sendmsg(other, readFd);
				k._exit(0);
			}
			fs.closeSync(other);
			const received = k.recvmsg(one) ?? -1;
			k.waitpid(pid);
			const text = fs.readFileSync(received, "utf8");
			return {
				text,
				end: k.recvmsg(one),
				isCloseOnExec: /flags:\s+02/.test(fs.readFileSync(`/proc/self/fdinfo/${received}`, "utf8")),
			};
		});
		expect(value).toEqual({ text: "from the child", end: null, isCloseOnExec: true });
		expect(ledger.map(({ call }) => call)).toEqual(
			expect.arrayContaining(["socketpair", "fork", "pipe", "sendmsg", "recvmsg"]),
		);
	});

	test.concurrent("dup2 gives a file another number; poll waits for what is ready, also for signals", async () => {
		// In a child, which has one thread: another thread would take the signal, because it does not block it.
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				const { readFd, writeFd } = k.pipe();
				k.dup2(writeFd, 50);
				fs.closeSync(writeFd);
				k.sigprocmask(k.SIG_BLOCK, [k.SIGWINCH]);
				const signals = k.signalfd([k.SIGWINCH]);
				const watched = [
					{ fd: readFd, events: k.POLLIN },
					{ fd: 50, events: k.POLLOUT },
					{ fd: signals, events: k.POLLIN },
				];
				const first = k.poll(watched, 0);
				fs.writeSync(50, "x");
				k.kill(k.getpid(), k.SIGWINCH);
				const second = k.poll(watched, -1);
				const { signo, code } = k.readSignal(signals);
				fs.closeSync(50);
				fs.readSync(readFd, Buffer.alloc(9));
				const third = k.poll([{ fd: readFd, events: k.POLLIN }], -1);
				return { first, second, third, signal: [signo, code], bad: attempt(() => k.dup2(77, 78)), none: k.poll([], 1) };
			}),
		);
		expect(value).toEqual({
			...{ first: [0, 4, 0], second: [1, 4, 1], third: [16], signal: [28, 0], bad: "EBADF", none: [] },
		});
	});
});
