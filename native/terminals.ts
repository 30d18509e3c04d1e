import {
	TCSET_ACTIONS,
	TERMINAL_REQUESTS,
	TIOCGPTPEER,
	TIOCGWINSZ,
	TIOCSCTTY,
	type TIOCSPTLCK,
	type TIOCSWINSZ,
} from "./constants.ts";
import { bytes, callLibrary, int, int64, recorded, syscall } from "./library.ts";
import { O_CLOEXEC } from "./openat2.ts";

/**
 * Makes this process the leader of a new session, and of a new process group in it. A new session has no controlling
 * terminal.
 * @returns the id of the session: this process's pid
 * @throws {SyscallError} EPERM this process leads a process group already
 * @see setsid(2), credentials(7)
 */
export function setsid(): number {
	return syscall("setsid", {}, []);
}

/** The size of a terminal, in characters. */
export interface WindowSize {
	rows: number;
	columns: number;
}

/**
 * Asks the driver of a terminal for something.
 * - `TIOCSCTTY`, 0: makes it the controlling terminal of this process's session. EPERM: this process is not the leader
 *   of a session, its session has a terminal already, or the terminal belongs to another session.
 * - `TIOCGPTPEER`, flags as for open(2): opens the other end of the pseudo-terminal whose master this is. EIO: that end
 *   is still locked.
 * - `TIOCSPTLCK`, 0: unlocks that other end.
 * - `TIOCGWINSZ`: returns the size.
 * - `TIOCSWINSZ`, a size: sets it. If it is another size than before, the kernel sends SIGWINCH to the terminal's
 *   foreground process group.
 * @returns for TIOCGPTPEER a new descriptor, close-on-exec; for TIOCGWINSZ the size; otherwise 0
 * @throws {SyscallError} ENOTTY not a terminal, or not the master of one; EBADF not open; and see above
 * @see ioctl_tty(2), TIOCSCTTY(2const), TIOCGPTPEER(2const), TIOCSPTLCK(2const), TIOCGWINSZ(2const)
 */
export function ioctl(
	fd: number,
	request: typeof TIOCSCTTY | typeof TIOCGPTPEER | typeof TIOCSPTLCK,
	arg: number,
): number;
export function ioctl(fd: number, request: typeof TIOCGWINSZ): WindowSize;
export function ioctl(fd: number, request: typeof TIOCSWINSZ, size: WindowSize): number;
export function ioctl(fd: number, request: number, arg: number | WindowSize = 0): number | WindowSize {
	const op =
		Object.entries(TERMINAL_REQUESTS).find(([, value]) => value === request)?.[0] ?? `0x${request.toString(16)}`;
	const buffer = Buffer.alloc(8);
	if (typeof arg === "number") buffer.writeInt32LE(arg);
	else {
		buffer.writeUInt16LE(arg.rows);
		buffer.writeUInt16LE(arg.columns, 2);
	}
	const shown = { fd: String(fd), op, ...(request === TIOCGWINSZ ? {} : { argp: JSON.stringify(arg) }) };
	// For two of the requests, the argument is a number. For the others, it is an address.
	if (request === TIOCGPTPEER || request === TIOCSCTTY) {
		const number = Number(arg) | (request === TIOCGPTPEER ? O_CLOEXEC : 0);
		return syscall("ioctl", shown, [int(fd), int64(request), int64(number)]);
	}
	const args = [int(fd), int64(request), bytes(buffer)];
	const answer = recorded("ioctl", shown, () => callLibrary("k_ioctl_at", args));
	return request === TIOCGWINSZ ? { rows: buffer.readUInt16LE(0), columns: buffer.readUInt16LE(2) } : answer;
}

/** The settings of a terminal: the manual's struct termios. */
export interface Termios {
	/** What happens to input, such as `ICRNL`: a carriage return is read as a line feed. */
	c_iflag: number;
	/** What happens to output, such as `OPOST`: a line feed is written as carriage return and line feed. */
	c_oflag: number;
	/** The settings of a serial line, such as `CSIZE`: how many bits a character has. */
	c_cflag: number;
	/**
	 * What the terminal does by itself. `ECHO`: it shows what is typed; `ICANON`: input comes line by line; `ISIG`:
	 * Ctrl-C sends SIGINT.
	 */
	c_lflag: number;
	/** The rest of the struct: line discipline, control characters and speeds. */
	rest: Buffer;
}

/** Reads the settings of a terminal. @throws {SyscallError} ENOTTY not a terminal @see tcgetattr(3) */
export function tcgetattr(fd: number): Termios {
	const struct = Buffer.alloc(TERMIOS_BYTES);
	syscall("tcgetattr", { fd: String(fd) }, [int(fd), bytes(struct)]);
	return unpacked(struct);
}

/**
 * Changes the settings of a terminal. A process in the background stops (SIGTTOU) when it tries that, unless it blocks
 * or ignores SIGTTOU.
 * @param actions when: `TCSANOW`, `TCSADRAIN` or `TCSAFLUSH`
 * @throws {SyscallError} ENOTTY not a terminal; EIO it has hung up; EINTR a signal was handled first
 * @see tcsetattr(3)
 */
export function tcsetattr(fd: number, actions: number, termios: Termios): void {
	const name = Object.entries(TCSET_ACTIONS).find(([, value]) => value === actions)?.[0] ?? String(actions);
	const { c_iflag, c_oflag, c_lflag } = termios;
	const flags = [c_iflag, c_oflag, c_lflag].map((flag) => `0${flag.toString(8)}`).join(", ");
	syscall("tcsetattr", { fd: String(fd), optional_actions: name, termios_p: `{ ${flags} }` }, [
		...[int(fd), int(actions), bytes(packed(termios))],
	]);
}

/**
 * Returns settings in which the terminal passes on every byte as it is. It shows nothing that is typed, does not wait
 * for the end of a line, sends no signal for Ctrl-C, and changes no carriage return or line feed. Changes no terminal.
 * @see cfmakeraw(3)
 */
export function cfmakeraw(termios: Termios): Termios {
	const struct = packed(termios);
	callLibrary("k_cfmakeraw", [bytes(struct)]);
	return unpacked(struct);
}

const TERMIOS_BYTES = 60;

function packed({ c_iflag, c_oflag, c_cflag, c_lflag, rest }: Termios): Buffer {
	return Buffer.concat([Buffer.from(Uint32Array.of(c_iflag, c_oflag, c_cflag, c_lflag).buffer), rest]);
}

function unpacked(struct: Buffer): Termios {
	const [c_iflag, c_oflag, c_cflag, c_lflag] = [0, 4, 8, 12].map((at) => struct.readUInt32LE(at)) as [
		number,
		number,
		number,
		number,
	];
	return { c_iflag, c_oflag, c_cflag, c_lflag, rest: struct.subarray(16) };
}
