import { WNOHANG } from "./constants.ts";
import { enterChildTask, recordStart } from "./ledger.ts";
import { callLibrary, flagNames, int, quoted, recorded, strings, syscall } from "./library.ts";
import { signalName } from "./signals.ts";

/**
 * Makes a child: a second process that continues at the same point of the program.
 *
 * Only synchronous code may run in the child, so no promise, timer or stream: fork copies only the calling thread. The
 * child must leave by {@link execve} or {@link _exit}.
 * @returns the child's pid in the parent, 0 in the child
 * @throws {SyscallError} EAGAIN too many processes; ENOMEM no memory, or the PID namespace's init has ended
 * @see fork(2)
 */
export function fork(): number {
	return recorded("fork", {}, () => {
		const pid = callLibrary("k_fork", []);
		if (pid === 0) enterChildTask();
		return pid;
	});
}

/**
 * Replaces the program of this process with another program. Does not return when it succeeds.
 *
 * The new program keeps this process's stdin, stdout and stderr. execve(2) alone would also keep ignored signals and
 * the signal mask. This function resets both first, because Node ignores SIGPIPE.
 * @param path of the program, as this process sees the file system; PATH is not searched
 * @param argv the arguments, the program's name first
 * @param env the environment; `process.env` if not given
 * @throws {SyscallError} ENOENT no such file *or its interpreter is missing*; EACCES not executable; ENOEXEC not a
 * program
 * @see execve(2)
 */
export function execve(
	path: string,
	argv: readonly string[],
	env: Readonly<Record<string, string | undefined>> = process.env,
): never {
	const envp = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
	syscall(
		"execve",
		{ pathname: quoted(path), argv: `[${argv.map(quoted).join(", ")}]`, envp: `/* ${envp.length} vars */` },
		[strings(path, ...argv, ...envp), int(argv.length), int(envp.length)],
	);
	throw new Error("execve returned without an error");
}

/** What {@link waitpid} returns: which child has ended, and its 16-bit wait status. */
export interface Waited {
	/** The child that has ended; 0 with WNOHANG when none has. */
	pid: number;
	/** Read it with {@link WIFEXITED}, {@link WEXITSTATUS}, {@link WIFSIGNALED} and {@link WTERMSIG}. */
	status: number;
}

/**
 * Waits until a child has ended, and removes it from the process table. Until then, a child that has ended is a zombie.
 * @param pid the child's pid, or -1 for any child
 * @param options 0, or WNOHANG
 * @throws {SyscallError} ECHILD no such child; EINTR a signal came first
 * @see waitpid(2)
 */
export function waitpid(pid: number, options = 0): Waited {
	const shown = { pid: String(pid), options: flagNames(options, { WNOHANG }) };
	let status = 0;
	const waited = recorded("waitpid", shown, () => {
		const answer = callLibrary("k_waitpid", [int(pid), int(options)]);
		if (answer < 0) return answer;
		// libkernel.c puts the pid above the 16 bits of the status. The answer may have more than 32 bits, so bit
		// operators do not work.
		status = answer % 0x10000;
		return Math.floor(answer / 0x10000);
	});
	return { pid: waited, status };
}

/** Whether the child ended by itself, with an exit code. See waitpid(2). */
export const WIFEXITED = (status: number): boolean => (status & 0x7f) === 0;
/** The exit code, 0..255, of a child that ended by itself. See waitpid(2). */
export const WEXITSTATUS = (status: number): number => (status >> 8) & 0xff;
/** Whether a signal ended the child. See waitpid(2). */
export const WIFSIGNALED = (status: number): boolean => (status & 0x7f) !== 0 && (status & 0x7f) !== 0x7f;
/** The number of the signal that ended the child. See waitpid(2). */
export const WTERMSIG = (status: number): number => status & 0x7f;

/**
 * Ends this process at once: no buffer is flushed, and no exit handler runs. A forked child should end this way.
 * @param status exit code; only its lowest 8 bits count
 * @see _exit(2)
 */
export function _exit(status: number): never {
	recordStart("_exit", { status: String(status) });
	callLibrary("k_exit", [int(status)]);
	throw new Error("_exit returned");
}

/**
 * Sends a signal.
 * @param pid a process; 0 for this process group; -1 for every process that this one may signal, except itself and pid 1;
 * -pgid for a process group
 * @param sig a signal such as SIGTERM; 0 only asks whether the process exists
 * @throws {SyscallError} ESRCH no such process; EPERM not permitted; EINVAL no such signal
 * @see kill(2)
 */
export function kill(pid: number, sig: number): void {
	syscall("kill", { pid: String(pid), sig: signalName(sig) }, [int(pid), int(sig)]);
}

/** This process's pid, as its own PID namespace numbers it. @see getpid(2) */
export function getpid(): number {
	return syscall("getpid", {}, []);
}

/** The parent's pid; 0 if the parent is outside this process's PID namespace. @see getppid(2) */
export function getppid(): number {
	return syscall("getppid", {}, []);
}
