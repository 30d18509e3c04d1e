import { constants } from "node:os";

/**
 * The kernel refused a system call.
 *
 * `message` shows the call with its arguments, as strace(1) does, and the error: `pivot_root(".", "."): EINVAL (22)`.
 * @see errno(3)
 */
export class SyscallError extends Error {
	override readonly name = "SyscallError";
	/** Name of the call as in the manual, such as `pivot_root`. */
	readonly call: string;
	/** The arguments by the manual's names, each as it would be written in C. */
	readonly args: Readonly<Record<string, string>>;
	/** Error number, a positive integer such as 22. */
	readonly errno: number;
	/** Error name such as `EINVAL`; `errno 524` for a number that Node has no name for. */
	readonly code: string;

	constructor(call: string, args: Record<string, string>, errno: number) {
		const code = errnoName(errno);
		super(`${call}(${Object.values(args).join(", ")}): ${code} (${errno})`);
		this.call = call;
		this.args = args;
		this.errno = errno;
		this.code = code;
	}
}

function errnoName(errno: number): string {
	const found = Object.entries(constants.errno).find(([, number]) => number === errno);
	return found?.[0] ?? `errno ${errno}`;
}
