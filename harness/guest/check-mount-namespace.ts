import { spawn } from "node:child_process";
import { AGENT_PROC } from "../readings/guest/paths.ts";
import type { Command } from "./harbour.ts";

/**
 * A mount namespace in which a check's own programs run while the exercise runs. It is a private copy of the harbour's
 * mount namespace, made before the exercise begins. Nothing that the exercise later mounts over a program is in it. The
 * programs' PATH has only directories of the read-only /usr. The namespace's /etc is empty, so no /etc/ld.so.preload
 * takes effect. The programs run in the agent's PID namespace, and the namespace's /proc shows that PID namespace.
 */
export class CheckMountNamespace {
	/** @param keeper pid, in the agent's PID namespace, of a process that keeps the mount namespace in existence */
	private constructor(private readonly keeper: number) {}

	/** Makes the namespace. Resolves when programs can run in it. */
	static open(): Promise<CheckMountNamespace> {
		const script = "mount -t proc proc /proc && mount -t tmpfs etc /etc && echo && exec sleep 1000000";
		const unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script];
		const keeper = spawn("nsenter", ["--mount=/proc/1/ns/mnt", "--", ...unshare], {
			stdio: ["ignore", "pipe", "ignore"],
			env: ENVIRONMENT,
		});
		return new Promise((resolve, reject) => {
			keeper.stdout.once("data", () => resolve(new CheckMountNamespace(keeper.pid ?? 0)));
			keeper.once("exit", (code) =>
				reject(new Error(`the mount namespace for the check could not be made: exit code ${code}`)),
			);
		});
	}

	/**
	 * Makes the command that runs a program in the namespace.
	 * @param networkOf pid of a process whose network namespace the program gets; the harbour's if not given
	 */
	command(argv: readonly string[], networkOf?: number): Command {
		const network = networkOf === undefined ? [] : [`--net=/proc/${networkOf}/ns/net`];
		const there = [`--mount=${AGENT_PROC}/${this.keeper}/ns/mnt`, ...network, "--wdns=/root", "--"];
		return { program: "nsenter", args: [...there, ...argv], env: ENVIRONMENT };
	}
}

const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin", HOME: "/root", TERM: "xterm-256color" };
