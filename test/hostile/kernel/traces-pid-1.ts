// diagnosis: exception
// says: ptrace: refused; /proc/1/mem: EACCES; pidfd_getfd: refused; yama: EINVAL
import { openSync, writeFileSync } from "node:fs";
import { attempt, syscall } from "../support.ts";

export function isolate(_hostname: string): void {
	attempt({
		ptrace: () => syscall(101, 16, 1, 0, 0), // PTRACE_ATTACH
		"/proc/1/mem": () => openSync("/proc/1/mem", "r+"),
		pidfd_getfd: () => syscall(438, syscall(434, 1, 0), 0, 0),
		yama: () => writeFileSync("/proc/sys/kernel/yama/ptrace_scope", "0"),
	});
}
