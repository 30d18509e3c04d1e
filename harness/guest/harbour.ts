import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { signalProcess } from "../../native/guest.ts";

/**
 * The harbour: the machine that learners see. It has a PID and a mount namespace of its own. The agent runs outside of
 * the harbour, so an exercise has no pid and no path that refers to the agent; see start-harbour-and-agent.sh.
 *
 * The agent's `/proc` shows the harbour's processes by their pids in the harbour. Every pid in the guest's code is such
 * a pid, unless a comment says that it belongs to the agent's PID namespace. AGENT_PROC in readings/guest/paths.ts is the
 * /proc of that namespace.
 */

/** A program to start, with its whole environment. */
export interface Command {
	program: string;
	args: string[];
	env: Record<string, string>;
}

/** The environment of an ordinary shell. If `box` is installed, it is in /opt/box/bin. */
export const ENVIRONMENT = {
	PATH: "/opt/box/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	HOME: "/root",
	TERM: "xterm-256color",
};

/**
 * Makes the command that runs a program in the harbour. nsenter enters the harbour first and then forks the program, so
 * no process of the agent is ever visible there. The program may come to execute a learner's code. So it and everything
 * that it starts have a filter, which refuses bpf(2) and a few more calls. See confined.c.
 * @param networkOf pid of a process whose network namespace the program gets; the harbour's if not given
 */
export function inHarbour(argv: readonly string[], networkOf = 1): Command {
	const { program, args, env } = unfilteredInHarbour(argv, networkOf);
	return { program: "/opt/drydock/confined", args: [program, ...args], env };
}

/** Like {@link inHarbour}, but without the filter: for a stock program that never executes a learner's code. */
export function unfilteredInHarbour(argv: readonly string[], networkOf = 1): Command {
	const network = networkOf === 1 ? [] : [`--net=/proc/${networkOf}/ns/net`];
	const options = ["--mount=/proc/1/ns/mnt", "--pid=/proc/1/ns/pid", ...network, "--wdns=/root", "--"];
	return { program: "nsenter", args: [...options, ...argv], env: ENVIRONMENT };
}

/** Sends a signal to a process of the harbour, unless the process has ended. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
	try {
		const procDirectory = openSync(`/proc/${pid}`, "r");
		signalProcess(procDirectory, name);
		closeSync(procDirectory);
	} catch {
		// The process has ended meanwhile.
	}
}

/** Whether the harbour's init still runs. Otherwise the harbour is being restarted or switched off. */
export function harbourIsUp(): boolean {
	try {
		// reboot(2) in the harbour kills its init. SIGKILL is pending until init gets its turn; then init is exiting.
		// See SigPnd in proc_pid_status(5), and flags in proc_pid_stat(5).
		const pending = /^SigPnd:\t([0-9a-f]+)$/m.exec(readFileSync("/proc/1/status", "utf8"))?.[1];
		const stat = readFileSync("/proc/1/stat", "utf8");
		const flags = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6]);
		return (BigInt(`0x${pending}`) & SIGKILL_PENDING) === 0n && (flags & PF_EXITING) === 0;
	} catch {
		return false; // Init has ended, and with it the harbour's /proc.
	}
}

const SIGKILL_PENDING = 1n << BigInt(constants.signals.SIGKILL - 1);
const PF_EXITING = 0x4;
