import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { signalProcess } from "../../native/guest.ts";

/**
 * The harbour: the machine that learners see, in a PID and a mount namespace of its own. The agent stands outside, where
 * the exercise cannot name it; see outside.sh.
 *
 * Here `/proc` shows the harbour's processes by the harbour's numbers, and every pid in the guest's code is one of those,
 * but for those of the agent's own children: these are in OWN_PROC of readings/guest/paths.ts.
 */

/** A program to start, with all of its environment. */
export interface Command {
	program: string;
	args: string[];
	env: Record<string, string>;
}

/** The environment of an ordinary shell. Where there is a `box`, it lies in /opt/box/bin. */
export const ENVIRONMENT = {
	PATH: "/opt/box/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	HOME: "/root",
	TERM: "xterm-256color",
};

/**
 * A program that is to run in the harbour. nsenter goes there first and then forks the program: nothing of the agent's is
 * ever seen there. It is confined, as it may come to execute a learner's code: bpf(2) and a few more calls are refused to
 * it, and to all that it starts. See confined.c.
 * @param networkOf whose network namespace it is to be in, by pid; the harbour's if not given
 */
export function inHarbour(argv: readonly string[], networkOf = 1): Command {
	const { program, args, env } = stockInHarbour(argv, networkOf);
	return { program: "/opt/drydock/confined", args: [program, ...args], env };
}

/** The same for a stock program that never executes a learner's code, without the filter. */
export function stockInHarbour(argv: readonly string[], networkOf = 1): Command {
	const network = networkOf === 1 ? [] : [`--net=/proc/${networkOf}/ns/net`];
	const there = ["--mount=/proc/1/ns/mnt", "--pid=/proc/1/ns/pid", ...network, "--wdns=/root", "--"];
	return { program: "nsenter", args: [...there, ...argv], env: ENVIRONMENT };
}

/** Sends a signal to one of the harbour's processes, if it has not ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
	try {
		const process = openSync(`/proc/${pid}`, "r");
		signalProcess(process, name);
		closeSync(process);
	} catch {
		// It has ended meanwhile.
	}
}

/** Whether the harbour's init runs on: otherwise its machine is being restarted or switched off. */
export function isUp(): boolean {
	try {
		// reboot(2) kills it. The signal is pending until init has its turn, and then it is exiting: see SigPnd in
		// proc_pid_status(5), and flags in proc_pid_stat(5).
		const pending = /^SigPnd:\t([0-9a-f]+)$/m.exec(readFileSync("/proc/1/status", "utf8"))?.[1];
		const stat = readFileSync("/proc/1/stat", "utf8");
		const flags = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[6]);
		return (BigInt(`0x${pending}`) & SIGKILL_PENDING) === 0n && (flags & PF_EXITING) === 0;
	} catch {
		return false; // It has ended, and the harbour's /proc with it.
	}
}

const SIGKILL_PENDING = 1n << BigInt(constants.signals.SIGKILL - 1);
const PF_EXITING = 0x4;
