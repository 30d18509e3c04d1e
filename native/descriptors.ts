import { POLL_EVENTS } from "./constants.ts";
import { bytes, callLibrary, flagNames, int, recorded, syscall } from "./library.ts";
import type { SyscallError } from "./syscall-error.ts";

/**
 * Makes a pipe, both ends close-on-exec. Reading finds the end once no process has the writing end open any more.
 * @throws {SyscallError} EMFILE too many open files
 * @see pipe(2)
 */
export function pipe(): { readFd: number; writeFd: number } {
	const [readFd, writeFd] = two("pipe", {});
	return { readFd, writeFd };
}

/**
 * Makes two connected sockets, both close-on-exec. Unlike a pipe, they carry descriptors: {@link sendmsg}.
 * @throws {SyscallError} EMFILE too many open files
 * @see socketpair(2), unix(7)
 */
export function socketpair(): [number, number] {
	return two("socketpair", { domain: "AF_UNIX", type: "SOCK_SEQPACKET" });
}

/**
 * Sends an open file to the process at the other end of a socket. That process gets a descriptor of its own for the same
 * open file. The sender keeps its descriptor.
 * @throws {SyscallError} EPIPE nobody has the other end open; EBADF `socket` or `fd` is not open
 * @see sendmsg(2), unix(7): SCM_RIGHTS
 */
export function sendmsg(socket: number, fd: number): void {
	syscall("sendmsg", { sockfd: String(socket), SCM_RIGHTS: String(fd) }, [int(socket), int(fd)]);
}

/**
 * Receives what {@link sendmsg} has sent. Waits until something comes.
 * @returns a new descriptor, close-on-exec; null if no process has the other end open any more, or if the message
 * carries no descriptor
 * @see recvmsg(2), unix(7): SCM_RIGHTS
 */
export function recvmsg(socket: number): number | null {
	try {
		return syscall("recvmsg", { sockfd: String(socket) }, [int(socket)]);
	} catch (error) {
		// libkernel.c returns this error, not the kernel.
		if ((error as SyscallError).code === "ENODATA") return null;
		throw error;
	}
}

/**
 * Makes `newfd` refer to the same open file as `oldfd`. If `newfd` is open, closes it first. The new descriptor is not
 * close-on-exec. If both numbers are equal, changes nothing.
 * @throws {SyscallError} EBADF `oldfd` is not open
 * @see dup2(2)
 */
export function dup2(oldfd: number, newfd: number): void {
	syscall("dup2", { oldfd: String(oldfd), newfd: String(newfd) }, [int(oldfd), int(newfd)]);
}

/** A descriptor to wait for, and what for: `POLLIN`, `POLLOUT`, or both, combined with `|`. */
export interface PollFd {
	fd: number;
	events: number;
}

/**
 * Waits until at least one of the descriptors is ready.
 * @param timeout in milliseconds; 0 only asks, -1 waits without limit
 * @returns for each descriptor, in their order, the events that it is ready for: `POLLIN`, `POLLOUT`, and, even if not
 * asked for, `POLLHUP`, `POLLERR` and `POLLNVAL`; 0 for none
 * @throws {SyscallError} EINTR a signal was handled first
 * @see poll(2)
 */
export function poll(fds: readonly PollFd[], timeout: number): number[] {
	const structs = Buffer.alloc(8 * Math.max(fds.length, 1));
	for (const [index, { fd, events }] of fds.entries()) {
		structs.writeInt32LE(fd, 8 * index);
		structs.writeInt16LE(events, 8 * index + 4);
	}
	const shown = fds.map(({ fd, events }) => `{ ${fd}, ${flagNames(events, POLL_EVENTS)} }`);
	syscall("poll", { fds: `[${shown.join(", ")}]`, timeout: String(timeout) }, [
		...[bytes(structs), int(fds.length), int(timeout)],
	]);
	return fds.map((_, index) => structs.readInt16LE(8 * index + 6));
}

/** Makes a system call that makes two descriptors. The ledger records 0, which is the kernel's own answer. */
function two(call: string, shown: Record<string, string>): [number, number] {
	let both: [number, number] = [-1, -1];
	recorded(call, shown, () => {
		const answer = callLibrary(`k_${call}`, []);
		if (answer < 0) return answer;
		both = twoDescriptors(answer);
		return 0;
	});
	return both;
}

/** Divides an answer that holds two descriptors. It may have more than 32 bits, so bit operators do not work. */
export function twoDescriptors(answer: number): [lower: number, upper: number] {
	return [answer % 2 ** 32, Math.floor(answer / 2 ** 32)];
}
