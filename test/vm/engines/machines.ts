import { silentProgress } from "../../../harness/base/progress.ts";
import { MachinePool } from "../../../harness/vm/machine-pool.ts";

/**
 * Machines with other people's container engines, and with script(1) of bsdutils. Only `engines.test.ts` makes their image
 * ready.
 */
export const machines = new MachinePool(silentProgress, ["runc", "crun", "podman", "bsdutils"]);

/** OCI runtimes, as the first words of a command. */
export const RUNTIMES: readonly [string, ...string[]][] = [
	// runc uses eBPF to keep a container from devices, but the machine refuses bpf(2) to an exercise. With this option,
	// runc works without eBPF.
	["/usr/sbin/runc", "--rootless=true"],
	["/usr/bin/crun"],
];

/** Executes a program in a child, and returns its exit code. */
export const PROGRAM = `const k = require("#kernel"); exports.run = ({ command }) => {
	const pid = k.fork();
	if (pid === 0) k.execve(command[0], command);
	return k.WEXITSTATUS(k.waitpid(pid).status);
};`;
