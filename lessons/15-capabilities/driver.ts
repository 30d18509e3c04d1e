import { CAP_SYS_PTRACE, CAP_SYSLOG, capget, capset } from "#kernel";
import { run as runContainer } from "../../solutions/box.ts";

/**
 * Runs a container from an engine with inheritable capabilities. Every process inherits them, and execve keeps them. A
 * real engine can have some, too: the program that starts it decides.
 */
export function run(asked: Parameters<typeof runContainer>[0]): number {
	capset({ ...capget(), inheritable: [CAP_SYS_PTRACE, CAP_SYSLOG] });
	return runContainer(asked);
}
