import { afterAll, describe, expect, test } from "vitest";
import { inGuest, newShipyard } from "../support/guest.ts";

const yard = newShipyard();
afterAll(() => yard.close());

describe("fork", () => {
	test.concurrent("1,000 forked children allocate, collect garbage and end with their own exit code", async () => {
		let forks = 0;
		// As many in each machine as fit well before its deadline, however slow this computer is.
		while (forks < 1_000) {
			const { value } = await inGuest(yard, ({ k, collectGarbage }) => {
				const startedMs = Date.now();
				const wrong: number[] = [];
				let children = 0;
				while (Date.now() - startedMs < 2_000) {
					children += 1;
					const pid = k.fork();
					if (pid === 0) {
						const kept = new Array(256 * 1024).fill(children);
						// A whole collection takes as long as five small ones; each kind is done often enough.
						collectGarbage(children % 10 === 0 ? "major" : "minor");
						k._exit(kept[9] === children && kept.length === 256 * 1024 ? children % 200 : 255);
					}
					const { status } = k.waitpid(pid);
					if (status !== (children % 200) << 8) wrong.push(status);
				}
				// The parent's own heap has outlived all of them.
				collectGarbage("major");
				return { children, wrong };
			});
			expect(value.wrong).toEqual([]);
			forks += value.children;
		}
	}, 900_000);

	test.concurrent("each of three nested children is its parent's child and has one thread", async () => {
		const { value } = await inGuest(yard, ({ k, fs, inChild, collectGarbage }) => {
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
		const { value } = await inGuest(yard, ({ k, inChild }) =>
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

	test.concurrent("what a child changes in memory, its parent does not see", async () => {
		const { value } = await inGuest(yard, ({ inChild }) => {
			const list = ["parent"];
			const inTheChild = inChild(() => [...list, list.push("child")]);
			return { inTheChild, list };
		});
		expect(value).toEqual({ inTheChild: ["parent", 2], list: ["parent"] });
	});

	test.concurrent("a child reads files, and an exception caught in it harms nobody", async () => {
		const { value } = await inGuest(yard, ({ fs, inChild, attempt }) => [
			inChild(() => attempt(() => fs.readFileSync("/nowhere"))),
			inChild(() => fs.readFileSync("/proc/sys/kernel/hostname", "utf8")),
		]);
		expect(value).toEqual(["ENOENT", "harbour\n"]);
	});
});

describe("waitpid and kill", () => {
	test.concurrent("waitpid tells an exit code from a signal; only the lowest 8 bits of the code count", async () => {
		const { value } = await inGuest(yard, ({ k }) => {
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
		const { value } = await inGuest(yard, ({ k, attempt }) => {
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

	test.concurrent("kill [no such process] fails with ESRCH, [no such signal] with EINVAL, [signal 0] asks", async () => {
		const { value } = await inGuest(yard, ({ k, attempt }) => [
			attempt(() => k.kill(30_000, k.SIGTERM)),
			attempt(() => k.kill(k.getpid(), 99)),
			attempt(() => k.kill(k.getpid(), 0)),
		]);
		expect(value).toEqual(["ESRCH", "EINVAL", "ok"]);
	});
});

describe("execve", () => {
	test.concurrent("arguments arrive as they were given: empty, with spaces, in UTF-8", async () => {
		const { stdout } = await inGuest(yard, ({ k }) => {
			const pid = k.fork();
			const show = 'for a in "$0" "$@"; do echo "<$a>"; done';
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", show, "", "a b", "grüße ⚓", "", "\u0001", "line\nline"]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("<>\n<a b>\n<grüße ⚓>\n<>\n<\u0001>\n<line\nline>\n");
	});

	test.concurrent("5,000 arguments arrive, and the ledger shows the first of them", async () => {
		const { stdout, ledger } = await inGuest(yard, ({ k }) => {
			const pid = k.fork();
			const many = Array.from({ length: 5_000 }, (_, i) => `argument-${i + 1}`);
			// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", 'echo "$# ${5000}"', "sh", ...many]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("5000 argument-5000\n");
		expect(ledger.find(({ call }) => call === "execve")?.args["argv"]).toMatch(/^\["sh", .*"argument-1".*…$/);
	});

	test.concurrent("the environment is exactly the one given, without what is undefined in it", async () => {
		const { stdout } = await inGuest(yard, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/usr/bin/env", ["env"], { A: "1", EMPTY: "", UTF8: "größe", GONE: undefined, B: "a=b" });
			k.waitpid(pid);
		});
		expect(stdout).toBe("A=1\nEMPTY=\nUTF8=größe\nB=a=b\n");
	});

	test.concurrent("without one given, the program gets an ordinary shell's, with nothing of the harness", async () => {
		const { stdout } = await inGuest(yard, ({ k }) => {
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
		const { stdout } = await inGuest(yard, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/usr/bin/grep", ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"]);
			k.waitpid(pid);
		});
		expect(stdout).toBe("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
	});

	test.concurrent("the program has stdin, stdout, stderr, and no other descriptor of its parent's", async () => {
		const { stdout } = await inGuest(yard, ({ k, fs }) => {
			const opened = fs.openSync("/etc/hosts", "r");
			const pid = k.fork();
			// ls opens the directory as its descriptor 3.
			if (pid === 0) k.execve("/bin/ls", ["ls", "/proc/self/fd"]);
			k.waitpid(pid);
			fs.closeSync(opened);
		});
		expect(stdout).toBe("0\n1\n2\n3\n");
	});

	test.concurrent("stderr is told from stdout", async () => {
		const played = await inGuest(yard, ({ k }) => {
			const pid = k.fork();
			if (pid === 0) k.execve("/bin/sh", ["sh", "-c", "echo out; echo err >&2"]);
			k.waitpid(pid);
		});
		expect(played).toMatchObject({ stdout: "out\n", stderr: "err\n" });
	});

	test.concurrent("execve [each cause] fails with its error, and the process goes on as it was", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild, collectGarbage }) => {
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

describe("namespaces", () => {
	test.concurrent("unshare(CLONE_NEWUSER) [several threads] fails with EINVAL, [forked child] works", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) => {
			const userNamespace = () => fs.readlinkSync(`/proc/${k.getpid()}/ns/user`);
			const before = userNamespace();
			return {
				parent: attempt(() => k.unshare(k.CLONE_NEWUSER)),
				child: inChild(() => {
					k.unshare(k.CLONE_NEWUSER);
					return { entered: userNamespace() !== before, uid: process.getuid?.() };
				}),
				parentAfter: userNamespace() === before,
			};
		});
		// 65534: no id is mapped into the new namespace yet (user_namespaces(7)).
		expect(value).toEqual({ parent: "EINVAL", child: { entered: true, uid: 65534 }, parentAfter: true });
	});

	test.concurrent("a child that writes its uid_map is root in its user namespace", async () => {
		const { value } = await inGuest(yard, ({ k, fs, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWUSER | k.CLONE_NEWUTS);
				fs.writeFileSync("/proc/self/uid_map", "0 0 1");
				k.sethostname("mine");
				return [process.getuid?.(), fs.readFileSync("/proc/sys/kernel/hostname", "utf8")];
			}),
		);
		expect(value).toEqual([0, "mine\n"]);
	});

	test.concurrent("unshare [unknown flag] fails with EINVAL; [no CAP_SYS_ADMIN] with EPERM", async () => {
		const { value } = await inGuest(yard, ({ k, attempt, inChild }) => [
			attempt(() => k.unshare(1)),
			inChild(() => {
				process.setuid?.(65534);
				return attempt(() => k.unshare(k.CLONE_NEWUTS));
			}),
		]);
		expect(value).toEqual(["EINVAL", "EPERM"]);
	});

	test.concurrent("setns goes to another UTS namespace and back; a wrong kind fails with EINVAL", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				const hostname = () => fs.readFileSync("/proc/sys/kernel/hostname", "utf8").trim();
				const home = fs.openSync("/proc/self/ns/uts", "r");
				k.unshare(k.CLONE_NEWUTS);
				k.sethostname("away");
				const away = fs.openSync("/proc/self/ns/uts", "r");
				const names = [hostname()];
				k.setns(home, k.CLONE_NEWUTS);
				names.push(hostname());
				k.setns(away, 0);
				names.push(hostname());
				return { names, wrongKind: attempt(() => k.setns(home, k.CLONE_NEWNET)) };
			}),
		);
		expect(value).toEqual({ names: ["away", "harbour", "away"], wrongKind: "EINVAL" });
	});

	test.concurrent("CLONE_NEWPID counts for the children: the first of them is pid 1", async () => {
		const { value } = await inGuest(yard, ({ k, inChild }) =>
			inChild(() => {
				const before = k.getpid();
				k.unshare(k.CLONE_NEWPID);
				return { same: k.getpid() === before, child: inChild(() => [k.getpid(), k.getppid()]) };
			}),
		);
		expect(value).toEqual({ same: true, child: [1, 0] });
	});

	test.concurrent("sethostname takes 64 bytes, not characters; 65 fail with EINVAL", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWUTS);
				k.sethostname("ü".repeat(32));
				return {
					name: fs.readFileSync("/proc/sys/kernel/hostname", "utf8").trim(),
					bytes65: attempt(() => k.sethostname("x".repeat(65))),
					bytes66: attempt(() => k.sethostname("ü".repeat(33))),
				};
			}),
		);
		expect(value).toEqual({ name: "ü".repeat(32), bytes65: "EINVAL", bytes66: "EINVAL" });
	});
});

describe("mounts", () => {
	test.concurrent("mount and umount2 [each cause] fail with their errors", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWNS);
				k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
				fs.mkdirSync("/tmp/m");
				fs.writeFileSync("/tmp/file", "");
				k.mount("t", "/tmp/m", "tmpfs", 0, null);
				const busy = fs.openSync("/tmp/m/busy", "w");
				const results = {
					noSuchType: attempt(() => k.mount("x", "/tmp", "nofs", 0, null)),
					noTarget: attempt(() => k.mount("x", "/nowhere", "tmpfs", 0, null)),
					onAFile: attempt(() => k.mount("x", "/tmp/file", "tmpfs", 0, null)),
					badOption: attempt(() => k.mount("x", "/tmp", "tmpfs", 0, "nonsense=1")),
					remountNoMount: attempt(() => k.mount(null, "/etc", null, k.MS_REMOUNT, null)),
					privateNoMount: attempt(() => k.mount(null, "/etc", null, k.MS_PRIVATE, null)),
					unmountNoMount: attempt(() => k.umount2("/etc", 0)),
					unmountBusy: attempt(() => k.umount2("/tmp/m", 0)),
					unmountMissing: attempt(() => k.umount2("/nowhere", 0)),
					unmountDetached: attempt(() => k.umount2("/tmp/m", k.MNT_DETACH)),
				};
				fs.closeSync(busy);
				process.setuid?.(65534);
				return { ...results, withoutCapability: attempt(() => k.mount("x", "/tmp", "tmpfs", 0, null)) };
			}),
		);
		expect(value).toEqual({
			noSuchType: "ENODEV",
			noTarget: "ENOENT",
			onAFile: "ENOTDIR",
			badOption: "EINVAL",
			remountNoMount: "EINVAL",
			privateNoMount: "EINVAL",
			unmountNoMount: "EINVAL",
			unmountBusy: "EBUSY",
			unmountMissing: "ENOENT",
			unmountDetached: "ok",
			withoutCapability: "EPERM",
		});
	});

	test.concurrent("mount's flags and data reach the kernel", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWNS);
				k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
				k.mount("größe", "/mnt", "tmpfs", k.MS_RDONLY | k.MS_NOSUID | k.MS_NODEV, "size=64k,mode=700");
				const line = fs.readFileSync("/proc/self/mountinfo", "utf8").match(/^.* \/mnt .*$/m)?.[0] ?? "";
				return { line, write: attempt(() => fs.writeFileSync("/mnt/x", "")) };
			}),
		);
		expect(value.line).toMatch(/ \/ \/mnt ro,nosuid,nodev.* - tmpfs größe ro,size=64k,mode=700/);
		expect(value.write).toBe("EROFS");
	});

	test.concurrent("chdir, fchdir and chroot move what they say, and fail with ENOENT, ENOTDIR, EBADF", async () => {
		const { value } = await inGuest(yard, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				fs.mkdirSync("/tmp/top/below", { recursive: true });
				const etc = fs.openSync("/etc", "r");
				const errors = [
					attempt(() => k.chdir("/nowhere")),
					attempt(() => k.chdir("/etc/hosts")),
					attempt(() => k.fchdir(999)),
					attempt(() => k.chroot("/nowhere")),
				];
				k.chroot("/tmp/top");
				const root = fs.readdirSync("/");
				k.fchdir(etc);
				const outside = fs.existsSync("hosts");
				k.chdir("/below");
				return { errors, root, outside, cwd: process.cwd() };
			}),
		);
		expect(value).toEqual({
			errors: ["ENOENT", "ENOTDIR", "EBADF", "ENOENT"],
			root: ["below"],
			outside: true,
			cwd: "/below",
		});
	});
});

describe("pivotRoot", () => {
	/** Each is tried in a mount namespace of its own, in which /n is a mount with some directories; /tmp/plain is none. */
	const CAUSES: Record<string, [answer: string, state: string, newRoot: string, putOld: string]> = {
		"all as it should be": ["ok", "private", "/n", "/n/old"],
		"dot twice": ["ok", "private", ".", "."],
		"parent mount shared": ["EINVAL", "shared", "/n", "/n/old"],
		"new_root itself shared": ["EINVAL", "new root shared", "/n", "/n/old"],
		"new_root on the root mount": ["EBUSY", "private", "/tmp/plain", "/tmp/plain"],
		"new_root below a mount point": ["EINVAL", "private", "/n/below", "/n/below"],
		"put_old on the root mount": ["EBUSY", "private", "/n", "/tmp/plain"],
		"put_old in another mount": ["EINVAL", "private", "/n", "/dev/shm"],
		"after chroot to a plain directory": ["EINVAL", "chroot", "/n", "/n/old"],
		"after chroot to a mount point": ["ok", "chroot to a mount", "/n", "/n/old"],
		"new_root missing": ["ENOENT", "private", "/nowhere", "/n/old"],
		"put_old missing": ["ENOENT", "private", "/n", "/n/nowhere"],
		"put_old a file": ["ENOTDIR", "private", "/n", "/n/file"],
		"no CAP_SYS_ADMIN": ["EPERM", "nobody", "/n", "/n/old"],
	};

	let answers: Promise<Record<string, string>> | undefined;
	const tried = () => {
		answers ??= inGuest(
			yard,
			({ k, fs, attempt, inChild }, causes: typeof CAUSES) => {
				for (const dir of ["/n", "/tmp/plain"]) fs.mkdirSync(dir);
				const enter = (state: string) => {
					k.unshare(k.CLONE_NEWNS);
					if (state !== "shared") k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
					k.mount("n", "/n", "tmpfs", 0, null);
					for (const dir of ["old", "below", "in/n"]) fs.mkdirSync(`/n/${dir}`, { recursive: true });
					fs.writeFileSync("/n/file", "");
					if (state === "new root shared") k.mount(null, "/n", null, k.MS_SHARED, null);
					if (state.startsWith("chroot")) {
						if (state === "chroot to a mount") k.mount("/n/in", "/n/in", null, k.MS_BIND, null);
						k.mount("n", "/n/in/n", "tmpfs", 0, null);
						fs.mkdirSync("/n/in/n/old");
						k.chroot("/n/in");
					}
					k.chdir("/n");
					if (state === "nobody") process.setuid?.(65534);
				};
				const answers = Object.entries(causes).map(([name, [, state, newRoot, putOld]]) => {
					const answer = inChild(() => {
						enter(state);
						return attempt(() => k.pivotRoot(newRoot, putOld));
					});
					// What a shared mount has left on the host.
					if (state === "shared") k.umount2("/n", k.MNT_DETACH);
					return [name, answer] as const;
				});
				return Object.fromEntries(answers);
			},
			CAUSES,
		).then(({ value }) => value);
		return answers;
	};

	for (const [name, [answer]] of Object.entries(CAUSES))
		test.concurrent(`pivotRoot [${name}] ${answer === "ok" ? "works" : `fails with ${answer}`}`, async () => {
			expect((await tried())[name]).toBe(answer);
		});

	test.concurrent("afterwards / is the new root, the old one is at put_old, and can be detached", async () => {
		const { value } = await inGuest(yard, ({ k, fs, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWNS);
				k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
				k.mount("n", "/mnt", "tmpfs", 0, null);
				fs.mkdirSync("/mnt/old");
				fs.mkdirSync("/mnt/proc");
				k.pivotRoot("/mnt", "/mnt/old");
				const root = fs.readdirSync("/");
				const old = fs.existsSync("/old/etc/hosts");
				k.mount("proc", "/proc", "proc", 0, null);
				k.umount2("/old", k.MNT_DETACH);
				k.chdir("/");
				const mountPoints = fs
					.readFileSync("/proc/self/mountinfo", "utf8")
					.trim()
					.split("\n")
					.map((line) => line.split(" ")[4]);
				return { root, old, left: fs.readdirSync("/old"), mountPoints };
			}),
		);
		expect(value).toEqual({ root: ["old", "proc"], old: true, left: [], mountPoints: ["/", "/proc"] });
	});
});

describe("errors", () => {
	test.concurrent("a SyscallError says the call, its arguments by name, and the error", async () => {
		const { value } = await inGuest(yard, ({ k }) => {
			try {
				k.mount("none", "/nowhere", "tmpfs", k.MS_NOSUID | k.MS_RDONLY | 0x4000_0000, null);
			} catch (error) {
				if (!(error instanceof k.SyscallError)) return String(error);
				const { name, call, args, errno, code, message } = error;
				return { name, call, args, errno, code, message, isError: error instanceof Error };
			}
			return "mounted";
		});
		expect(value).toEqual({
			name: "SyscallError",
			call: "mount",
			args: {
				source: '"none"',
				target: '"/nowhere"',
				filesystemtype: '"tmpfs"',
				mountflags: "MS_RDONLY|MS_NOSUID|0x40000000",
				data: "NULL",
			},
			errno: 2,
			code: "ENOENT",
			message: 'mount("none", "/nowhere", "tmpfs", MS_RDONLY|MS_NOSUID|0x40000000, NULL): ENOENT (2)',
			isError: true,
		});
	});

	test.concurrent("a string with a NUL byte is refused before the kernel would see half of it", async () => {
		const { value, ledger } = await inGuest(yard, ({ k }) => {
			const refusal = (act: () => void) => {
				try {
					act();
					return "taken";
				} catch (error) {
					return String(error);
				}
			};
			return [
				refusal(() => k.sethostname("a\0b")),
				refusal(() => k.mount(null, "/\0", null, 0, null)),
				refusal(() => k.execve("/bin/true", ["true", "\0"])),
			];
		});
		expect(value).toEqual([
			'TypeError: a C string cannot hold a NUL byte: "a\\u0000b"',
			'TypeError: a C string cannot hold a NUL byte: "/\\u0000"',
			'TypeError: a C string cannot hold a NUL byte: "\\u0000"',
		]);
		expect(ledger).toEqual([]);
	});
});

describe("the ledger", () => {
	test.concurrent("names each process by its line of descent, and tells results, errors and open calls", async () => {
		const { value, ledger } = await inGuest(yard, ({ k, attempt }) => {
			const first = k.fork();
			if (first === 0) {
				const grandchild = k.fork();
				if (grandchild === 0) k.execve("/bin/true", ["true"], {});
				k.waitpid(grandchild);
				k._exit(3);
			}
			k.waitpid(first);
			const second = k.fork();
			if (second === 0) {
				attempt(() => k.chdir("/nowhere"));
				k._exit(0);
			}
			k.waitpid(second);
			return { first, second };
		});
		const grandchild = ledger.find(({ task, call }) => task === "1.1" && call === "fork")?.result;
		expect(grandchild).toBeGreaterThan(value.first);
		const of = (wanted: string) => ledger.filter(({ task }) => task === wanted).map(({ task: _, ...call }) => call);
		const waited = (pid: number | undefined) => ({
			call: "waitpid",
			args: { pid: String(pid), options: "0" },
			result: pid,
		});
		expect(of("1")).toEqual([
			{ call: "fork", args: {}, result: value.first },
			waited(value.first),
			{ call: "fork", args: {}, result: value.second },
			waited(value.second),
		]);
		expect(of("1.1")).toEqual([
			{ call: "fork", args: {}, result: grandchild },
			waited(grandchild),
			{ call: "_exit", args: { status: "3" } },
		]);
		expect(of("1.1.1")).toEqual([
			{ call: "execve", args: { pathname: '"/bin/true"', argv: '["true"]', envp: "/* 0 vars */" } },
		]);
		expect(of("1.2")).toEqual([
			{ call: "chdir", args: { path: '"/nowhere"' }, error: "ENOENT" },
			{ call: "_exit", args: { status: "0" } },
		]);
		expect(ledger.map(({ task }) => task).filter((task) => !/^1(\.1(\.1)?|\.2)?$/.test(task))).toEqual([]);
	});
});

describe("restored machines", () => {
	test.concurrent("have random numbers of their own and the host's time", async () => {
		const played = await Promise.all(
			[1, 2].map(() =>
				inGuest(yard, ({ fs }) => {
					const urandom = fs.openSync("/dev/urandom", "r");
					const fromDevice = Buffer.alloc(16);
					fs.readSync(urandom, fromDevice);
					return {
						fromDevice: fromDevice.toString("hex"),
						uuid: fs.readFileSync("/proc/sys/kernel/random/uuid", "utf8"),
						timeMs: Date.now(),
					};
				}),
			),
		);
		const [one, other] = played.map(({ value }) => value);
		expect(one?.fromDevice).not.toBe(other?.fromDevice);
		expect(one?.uuid).not.toBe(other?.uuid);
		for (const { value } of played) expect(Math.abs(Date.now() - value.timeMs)).toBeLessThan(60_000);
	});

	test.concurrent("crypto.randomBytes and Math.random differ between them", async () => {
		const code = `exports.run = () => [require("node:crypto").randomBytes(16).toString("hex"), Math.random()];`;
		const request = { prepare: [], code, call: "run", args: [], token: "none", secret: null };
		const values = await Promise.all(
			[1, 2].map(async () => {
				const { outcome } = await yard.play(request);
				if (outcome.kind !== "observed" || outcome.observation.ending.how !== "returned") throw new Error("lost");
				return outcome.observation.ending.value as [string, number];
			}),
		);
		expect(values[0]?.[0]).not.toBe(values[1]?.[0]);
		expect(values[0]?.[1]).not.toBe(values[1]?.[1]);
	});
});
