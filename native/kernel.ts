/**
 * The system calls of Linux, spelled as in the manual pages (section 2).
 *
 * Every call is synchronous, answers what the kernel answers, and throws a
 * {@link SyscallError} when the kernel refuses. Every call and its answer goes
 * into the ledger that a report shows.
 */
export * from "./constants.ts";
export * from "./locks.ts";
export * from "./mounts.ts";
export * from "./namespaces.ts";
export * from "./processes.ts";
export { type Signal, sigprocmask, sigwaitinfo } from "./signals.ts";
export { SyscallError } from "./syscall-error.ts";
