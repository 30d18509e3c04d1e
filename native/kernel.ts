/**
 * The system calls of Linux, named as in the manual pages (section 2), but in camel case: `pivotRoot` is pivot_root(2).
 * A few functions of section 3 are here, too, such as `tcgetattr`.
 *
 * Every system call is synchronous, and throws a {@link SyscallError} when the kernel refuses. The ledger records the
 * call and its result, and a report shows the ledger.
 */
export * from "./capabilities.ts";
export * from "./constants.ts";
export * from "./descriptors.ts";
export * from "./device-files.ts";
export * from "./locks.ts";
export * from "./mount-trees.ts";
export * from "./mounts.ts";
export * from "./namespaces.ts";
export { type OpenHow, openat2 } from "./openat2.ts";
export * from "./prctl.ts";
export * from "./processes.ts";
export * from "./seccomp.ts";
export { readSignal, type Signal, signalfd, sigprocmask, sigwaitinfo } from "./signals.ts";
export { SyscallError } from "./syscall-error.ts";
export * from "./terminals.ts";
export * from "./users.ts";
