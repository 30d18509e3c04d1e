import { spawn } from "node:child_process";
import { OWN_PROC } from "../readings/guest/paths.ts";
import type { Command } from "./harbour.ts";

/**
 * The bench: where a check's own programs run while the exercise does. It is a copy of the harbour's mount table, made
 * before the exercise begins and private: whatever is mounted over a program afterwards, or put into PATH or
 * /etc/ld.so.preload, is not there. Its processes are outside the harbour, and so is its /proc.
 */
export class Bench {
	private constructor(private readonly keeper: number) {}

	static open(): Promise<Bench> {
		const script = "mount -t proc proc /proc && mount -t tmpfs etc /etc && echo && exec sleep 1000000";
		const unshare = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script];
		const keeper = spawn("nsenter", ["--mount=/proc/1/ns/mnt", "--", ...unshare], {
			stdio: ["ignore", "pipe", "ignore"],
			env: ENVIRONMENT,
		});
		return new Promise((resolve, reject) => {
			keeper.stdout.once("data", () => resolve(new Bench(keeper.pid ?? 0)));
			keeper.once("exit", (code) => reject(new Error(`the bench could not be made: exit code ${code}`)));
		});
	}

	/** @param networkOf the process whose network namespace the program is to be in; the harbour's if not given */
	command(argv: readonly string[], networkOf?: number): Command {
		const network = networkOf === undefined ? [] : [`--net=/proc/${networkOf}/ns/net`];
		const there = [`--mount=${OWN_PROC}/${this.keeper}/ns/mnt`, ...network, "--wdns=/root", "--"];
		return { program: "nsenter", args: [...there, ...argv], env: ENVIRONMENT };
	}
}

const ENVIRONMENT = { PATH: "/usr/sbin:/usr/bin", HOME: "/root", TERM: "xterm-256color" };
