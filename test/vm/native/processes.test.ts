import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";
import { TRIES_ALL } from "../../support/plan.ts";

/** A fault that hits one child in hundreds is found by many runs of `npm test`, or by one of `npm run test:all`. */
const FORKS = TRIES_ALL ? 1_000 : 300;

const machines = newMachinePool();
afterAll(() => machines.close());

describe("fork", () => {
	test.concurrent(`${FORKS} forked children allocate, collect garbage and end with their own exit code`, async () => {
		let forks = 0;
		// Forks as many children in each machine as its deadline allows, even on a slow computer.
		while (forks < FORKS) {
			const { value } = await runInGuest(machines, ({ k, collectGarbage }) => {
				const startedMs = Date.now();
				const wrong: number[] = [];
				let children = 0;
				while (Date.now() - startedMs < 2_000) {
					children += 1;
					const pid = k.fork();
					if (pid === 0) {
						const kept = new Array(256 * 1024).fill(children);
						// Does major collections more seldom, because one takes as long as five minor ones.
						collectGarbage(children % 10 === 0 ? "major" : "minor");
						k._exit(kept[9] === children && kept.length === 256 * 1024 ? children % 200 : 255);
					}
					const { status } = k.waitpid(pid);
					if (status !== (children % 200) << 8) wrong.push(status);
				}
				// The parent's own heap must still be intact after all these children.
				collectGarbage("major");
				return { children, wrong };
			});
			expect(value.wrong).toEqual([]);
			forks += value.children;
		}
	}, 900_000);

	test.concurrent("each of three nested children is its parent's child and has one thread", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, inChild, collectGarbage }) => {
			const seen = (depth: number): { pid: number; ppid: number; threads: number }[] => {
				const me = {
					pid: k.getpid(),
					ppid: k.getppid(),
					threads: fs.readdirSync(`/proc/${k.getpid()}/task`).length,
				};
				collectGarbage("major");
				return depth === 0 ? [me] : [me, ...inChild(() => seen(depth - 1))];
			};
			return inChild(() => seen(2));
		});
		expect(value).toHaveLength(3);
		expect(value.map(({ threads }) => threads)).toEqual([1, 1, 1]);
		expect(value.slice(1).map(({ ppid }) => ppid)).toEqual(value.slice(0, -1).map(({ pid }) => pid));
	});

	test.concurrent("a child forks again and again", async () => {
		const { value } = await runInGuest(machines, ({ k, inChild }) =>
			inChild(() =>
				[1, 2, 3, 4, 5].map((code) => {
					const pid = k.fork();
					if (pid === 0) k._exit(code);
					return k.WEXITSTATUS(k.waitpid(pid).status);
				}),
			),
		);
		expect(value).toEqual([1, 2, 3, 4, 5]);
	});

	test.concurrent("a child's change in memory is not visible to its parent", async () => {
		const { value } = await runInGuest(machines, ({ inChild }) => {
			const list = ["parent"];
			const inTheChild = inChild(() => [...list, list.push("child")]);
			return { inTheChild, list };
		});
		expect(value).toEqual({ inTheChild: ["parent", 2], list: ["parent"] });
	});

	test.concurrent("a child can read files and catch exceptions", async () => {
		const { value } = await runInGuest(machines, ({ fs, inChild, attempt }) => [
			inChild(() => attempt(() => fs.readFileSync("/nowhere"))),
			inChild(() => fs.readFileSync("/proc/sys/kernel/hostname", "utf8")),
		]);
		expect(value).toEqual(["ENOENT", "harbour\n"]);
	});
});

describe("waitpid and kill", () => {
	test.concurrent("waitpid distinguishes exit code and signal; only the lowest 8 bits of the code count", async () => {
		const { value } = await runInGuest(machines, ({ k }) => {
			const statusOf = (end: () => void) => {
				const pid = k.fork();
				if (pid === 0) end();
				const { pid: waited, status } = k.waitpid(pid);
				return [waited === pid, k.WIFEXITED(status), k.WEXITSTATUS(status), k.WIFSIGNALED(status), k.WTERMSIG(status)];
			};
			return {
				exit: statusOf(() => k._exit(7)),
				exit256: statusOf(() => k._exit(256 + 3)),
				killed: statusOf(() => k.kill(k.getpid(), k.SIGKILL)),
				terminated: statusOf(() => k.kill(k.getpid(), k.SIGTERM)),
			};
		});
		expect(value.exit).toEqual([true, true, 7, false, 0]);
		expect(value.exit256).toEqual([true, true, 3, false, 0]);
		expect(value.killed).toEqual([true, false, 0, true, 9]);
		expect(value.terminated).toEqual([true, false, 0, true, 15]);
	});

	test.concurrent("waitpid [WNOHANG] gives pid 0 while the child runs; [-1] any child; [no child] ECHILD", async () => {
		const { value } = await runInGuest(machines, ({ k, attempt }) => {
			const pid = k.fork();
			if (pid === 0) {
				for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
			}
			const running = k.waitpid(pid, k.WNOHANG);
			k.kill(pid, k.SIGKILL);
			const any = k.waitpid(-1);
			return { running, any: any.pid === pid, none: attempt(() => k.waitpid(-1)), gone: attempt(() => k.waitpid(pid)) };
		});
		expect(value).toEqual({ running: { pid: 0, status: 0 }, any: true, none: "ECHILD", gone: "ECHILD" });
	});

	test.concurrent("kill [no such process] fails with ESRCH, [no such signal] with EINVAL, [signal 0] only tests whether the process exists", async () => {
		const { value } = await runInGuest(machines, ({ k, attempt }) => [
			attempt(() => k.kill(30_000, k.SIGTERM)),
			attempt(() => k.kill(k.getpid(), 99)),
			attempt(() => k.kill(k.getpid(), 0)),
		]);
		expect(value).toEqual(["ESRCH", "EINVAL", "ok"]);
	});
});

describe("execve", () => {
	test.concurrent("arguments arrive as they were given: empty, with spaces, in UTF-8", async () => {
		const { stdout } = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			const show = 'for a in "$0" "$@"; do echo "<$a>"; done';
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", show, "", "a b", "grüße ⚓", "", "\u0001", "line\nline"]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("<>\n<a b>\n<grüße ⚓>\n<>\n<\u0001>\n<line\nline>\n");
	});

	test.concurrent("5,000 arguments arrive, and the ledger shows the first of them", async () => {
		const { stdout, ledger } = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			const many = Array.from({ length: 5_000 }, (_, i) => `argument-${i + 1}`);
			// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", 'echo "$# ${5000}"', "sh", ...many]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("5000 argument-5000\n");
		expect(ledger.find(({ call }) => call === "execve")?.args["argv"]).toMatch(/^\["sh", .*"argument-1".*…$/);
	});

	test.concurrent("the environment is exactly the given one, without undefined values", async () => {
		const { stdout } = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/usr/bin/env", ["env"], { A: "1", EMPTY: "", UTF8: "größe", GONE: undefined, B: "a=b" });
			k.waitpid(pid);
		});
		expect(stdout).toBe("A=1\nEMPTY=\nUTF8=größe\nB=a=b\n");
	});

	test.concurrent("by default, the environment is that of an ordinary shell, with no variable of the harness", async () => {
		const { stdout } = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/usr/bin/env", ["env"]);
			k.waitpid(pid);
		});
		const names = stdout
			.trim()
			.split("\n")
			.map((line) => line.split("=")[0]);
		expect(names.sort()).toEqual(["HOME", "PATH", "TERM"]);
	});

	test.concurrent("the program starts with no signal ignored or blocked", async () => {
		const { stdout } = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/usr/bin/grep", ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	});

	test.concurrent("the program has stdin, stdout, stderr, and no other descriptor of its parent's", async () => {
		const { stdout } = await runInGuest(machines, ({ k, fs }) => {
			const opened = fs.openSync("/etc/hosts", "r");
			const pid = k.fork();
			// Descriptor 3 is the directory, which ls has opened.
			if (pid === 0) k.execve("/bin/ls", ["ls", "/proc/self/fd"]);
			k.waitpid(pid);
			fs.closeSync(opened);
		});
		expect(stdout).toBe("0\n1\n2\n3\n");
	});

	test.concurrent("stdout and stderr arrive as two streams", async () => {
		const played = await runInGuest(machines, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", "echo out; echo err >&2"]);
			k.waitpid(pid);
		});
		expect(played).toMatchObject({ stdout: "out\n", stderr: "err\n" });
	});

	test.concurrent("execve [each cause] fails with its error, and the calling process continues unchanged", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild, collectGarbage }) => {
			const signals = () => fs.readFileSync("/proc/self/status", "utf8").match(/^Sig(Ign|Blk):.*/gm);
			const before = signals();
			fs.writeFileSync("/tmp/garbage", "\u007fNOT", { mode: 0o755 });
			fs.writeFileSync("/tmp/no-interpreter", "#!/nowhere\n", { mode: 0o755 });
			fs.writeFileSync("/tmp/not-executable", "#!/bin/sh\n", { mode: 0o644 });
			const errors = {
				missing: attempt(() => k.execve("/nowhere", ["x"])),
				missingInterpreter: attempt(() => k.execve("/tmp/no-interpreter", ["x"])),
				notExecutable: attempt(() => k.execve("/tmp/not-executable", ["x"])),
				notAProgram: attempt(() => k.execve("/tmp/garbage", ["x"])),
				directory: attempt(() => k.execve("/tmp", ["x"])),
				tooLong: attempt(() => k.execve("/bin/true", ["true", "x".repeat(200_000)])),
			};
			collectGarbage("major");
			return { errors, sameSignals: String(before) === String(signals()), child: inChild(() => "forks still") };
		});
		expect(value).toEqual({
			errors: {
				missing: "ENOENT",
				missingInterpreter: "ENOENT",
				notExecutable: "EACCES",
				notAProgram: "ENOEXEC",
				directory: "EACCES",
				tooLong: "E2BIG",
			},
			sameSignals: true,
			child: "forks still",
		});
	});
});
