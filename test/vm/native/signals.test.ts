import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("sigprocmask", () => {
	test.concurrent("a blocked signal stays pending until it is unblocked; SIGKILL cannot be blocked", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, inChild }) => {
			// A set of signals in /proc/self/status: bit n-1 stands for signal n.
			const mask = (name: string) =>
				new RegExp(`^${name}:\\s*([0-9a-f]+)$`, "m").exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
			const blocked = inChild(() => {
				k.sigprocmask(k.SIG_BLOCK, [k.SIGUSR1, k.SIGKILL]);
				k.kill(k.getpid(), k.SIGUSR1);
				return { blocked: mask("SigBlk"), pending: mask("ShdPnd") };
			});
			const pid = k.fork();
			if (pid === 0) {
				k.sigprocmask(k.SIG_BLOCK, [k.SIGHUP]);
				k.kill(k.getpid(), k.SIGHUP);
				k.sigprocmask(k.SIG_UNBLOCK, [k.SIGHUP]);
				k._exit(0);
			}
			return { blocked, unblocked: k.WTERMSIG(k.waitpid(pid).status) };
		});
		expect(value).toEqual({
			blocked: { blocked: "0000000000000200", pending: "0000000000000200" },
			unblocked: 1,
		});
	});

	test.concurrent("SIG_BLOCK adds, SIG_UNBLOCK removes, SIG_SETMASK replaces; [unknown how] EINVAL", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				const blocked = () => /^SigBlk:\s*([0-9a-f]+)$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
				k.sigprocmask(k.SIG_SETMASK, [k.SIGHUP, k.SIGHUP]);
				const masks = [blocked()];
				k.sigprocmask(k.SIG_BLOCK, [k.SIGTERM]);
				masks.push(blocked());
				k.sigprocmask(k.SIG_UNBLOCK, [k.SIGHUP]);
				masks.push(blocked());
				return { masks, unknown: attempt(() => k.sigprocmask(9, [])) };
			}),
		);
		expect(value).toEqual({
			masks: ["0000000000000001", "0000000000004001", "0000000000004000"],
			unknown: "EINVAL",
		});
		expect(ledger.find(({ call }) => call === "sigprocmask")?.args).toEqual({
			how: "SIG_SETMASK",
			set: "[SIGHUP, SIGHUP]",
		});
	});

	test.concurrent("a forked child inherits the mask; execve empties it, and pending signals are delivered", async () => {
		const { value, stdout } = await runInGuest(machines, ({ k, fs, inChild }) => {
			k.sigprocmask(k.SIG_BLOCK, [k.SIGTERM, k.SIGUSR2]);
			const inherited = inChild(
				() => /^SigBlk:\s*([0-9a-f]+)$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1],
			);
			const shown = k.fork();
			if (shown === 0) k.execve("/usr/bin/grep", ["grep", "SigBlk", "/proc/self/status"]);
			k.waitpid(shown);
			const pid = k.fork();
			if (pid === 0) {
				k.kill(k.getpid(), k.SIGUSR2);
				k.execve("/bin/true", ["true"]);
			}
			return { inherited, endedBy: k.WTERMSIG(k.waitpid(pid).status) };
		});
		expect(value).toEqual({ inherited: "0000000000004800", endedBy: 12 });
		expect(stdout).toBe("SigBlk:\t0000000000000000\n");
	});

	test.concurrent("a failed execve restores the mask", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.sigprocmask(k.SIG_SETMASK, [k.SIGTERM]);
				const error = attempt(() => k.execve("/nowhere", ["nowhere"]));
				return [error, /^SigBlk:\s*([0-9a-f]+)$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1]];
			}),
		);
		expect(value).toEqual(["ENOENT", "0000000000004000"]);
	});
});

describe("sigwaitinfo", () => {
	test.concurrent("takes a pending signal, the lowest first, and reports that a process has sent it", async () => {
		const { value } = await runInGuest(machines, ({ k, inChild }) =>
			inChild(() => {
				const set = [k.SIGTERM, k.SIGHUP];
				k.sigprocmask(k.SIG_BLOCK, set);
				k.kill(k.getpid(), k.SIGTERM);
				k.kill(k.getpid(), k.SIGHUP);
				// The signal is pending already, so the kernel does not queue it again.
				k.kill(k.getpid(), k.SIGHUP);
				return { taken: [k.sigwaitinfo(set), k.sigwaitinfo(set)], user: k.SI_USER };
			}),
		);
		expect(value).toEqual({
			taken: [
				{ signo: 1, code: 0 },
				{ signo: 15, code: 0 },
			],
			user: 0,
		});
	});

	test.concurrent("waits for SIGCHLD, whose code says how the child ended", async () => {
		const { value } = await runInGuest(machines, ({ k, inChild }) =>
			inChild(() => {
				k.sigprocmask(k.SIG_BLOCK, [k.SIGCHLD]);
				const endOf = (end: () => void) => {
					const pid = k.fork();
					if (pid === 0) end();
					const signal = k.sigwaitinfo([k.SIGCHLD]);
					k.waitpid(pid);
					return signal;
				};
				return [endOf(() => k._exit(3)), endOf(() => k.kill(k.getpid(), k.SIGKILL))];
			}),
		);
		// The codes are CLD_EXITED and CLD_KILLED: sigaction(2).
		expect(value).toEqual([
			{ signo: 17, code: 1 },
			{ signo: 17, code: 2 },
		]);
	});
});

describe("prctl", () => {
	test.concurrent("PR_SET_PDEATHSIG [parent ends] sends the signal; a forked child does not inherit it", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, inChild }) => {
			fs.mkdirSync("/tmp/pdeathsig");
			// Makes a child that waits until its parent ends. The parent ends as soon as the child is ready.
			const orphan = (name: string, prepare: () => void) => {
				const parent = k.fork();
				if (parent !== 0) return k.waitpid(parent);
				k.sigprocmask(k.SIG_BLOCK, [k.SIGUSR1]);
				const child = k.fork();
				if (child === 0) {
					prepare();
					fs.writeFileSync(`/tmp/pdeathsig/${name}-ready`, "");
					const old = k.getppid();
					while (k.getppid() === old);
					const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
					fs.writeFileSync(`/tmp/pdeathsig/${name}.new`, String(pending));
					fs.renameSync(`/tmp/pdeathsig/${name}.new`, `/tmp/pdeathsig/${name}`);
					k._exit(0);
				}
				while (!fs.existsSync(`/tmp/pdeathsig/${name}-ready`));
				k._exit(0);
			};
			const pendingSignals = (name: string) => {
				while (!fs.existsSync(`/tmp/pdeathsig/${name}`));
				return fs.readFileSync(`/tmp/pdeathsig/${name}`, "utf8");
			};
			orphan("asked", () => k.prctl(k.PR_SET_PDEATHSIG, k.SIGUSR1));
			const asked = pendingSignals("asked");
			inChild(() => {
				k.prctl(k.PR_SET_PDEATHSIG, k.SIGUSR1);
				orphan("inherited", () => {});
			});
			return { asked, inherited: pendingSignals("inherited") };
		});
		expect(value).toEqual({ asked: "0000000000000200", inherited: "0000000000000000" });
	});
});
