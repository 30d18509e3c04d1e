import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("namespaces", () => {
	test.concurrent("unshare(CLONE_NEWUSER) [several threads] fails with EINVAL, [forked child] works", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) => {
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
		// 65534, because no user id is mapped in the new namespace yet (user_namespaces(7)).
		expect(value).toEqual({ parent: "EINVAL", child: { entered: true, uid: 65534 }, parentAfter: true });
	});

	test.concurrent("a child that writes its uid_map is root in its user namespace", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, inChild }) =>
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
		const { value } = await runInGuest(machines, ({ k, attempt, inChild }) => [
			attempt(() => k.unshare(1)),
			inChild(() => {
				process.setuid?.(65534);
				return attempt(() => k.unshare(k.CLONE_NEWUTS));
			}),
		]);
		expect(value).toEqual(["EINVAL", "EPERM"]);
	});

	test.concurrent("setns goes to another UTS namespace and back; a wrong kind fails with EINVAL", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
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

	test.concurrent("setns [a process, in a forked child] enters several namespaces of that process at once", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) => {
			const child = process
				.getBuiltinModule("node:child_process")
				.spawn("unshare", ["--mount", "--uts", "sleep", "100"]);
			const kinds = ["mnt", "uts", "net"];
			const links = (pid: string) => kinds.map((kind) => fs.readlinkSync(`/proc/${pid}/ns/${kind}`));
			const own = links("self");
			const name = () => fs.readFileSync(`/proc/${child.pid}/comm`, "utf8");
			while (name() !== "sleep\n");
			const target = k.pidfdOpen(child.pid ?? 0);
			return {
				same: inChild(() => {
					k.setns(target, k.CLONE_NEWNS | k.CLONE_NEWUTS | k.CLONE_NEWNET);
					return links("self").every((link, index) => link === links(String(child.pid))[index]);
				}),
				differ: links(String(child.pid)).map((link, index) => link !== own[index]),
				errors: [attempt(() => k.setns(target, 0)), inChild(() => attempt(() => k.setns(target, k.CLONE_NEWUSER)))],
				opened: [k.getpid() + 100_000, -1].map((pid) => attempt(() => k.pidfdOpen(pid))),
				flags: attempt(() => k.pidfdOpen(k.getpid(), 1)),
			};
		});
		expect(value).toEqual({
			same: true,
			differ: [true, true, false],
			errors: ["EINVAL", "EINVAL"],
			opened: ["ESRCH", "EINVAL"],
			flags: "EINVAL",
		});
	});

	test.concurrent("setns [several threads] enters no mount namespace, and others with the calling thread only", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt }) => {
			const child = process.getBuiltinModule("node:child_process").spawn("unshare", ["-muinC", "sleep", "100"]);
			while (fs.readFileSync(`/proc/${child.pid}/comm`, "utf8") !== "sleep\n");
			const target = k.pidfdOpen(child.pid ?? 0);
			const kinds = ["mnt", "uts", "ipc", "net", "cgroup"];
			const ofThread = (thread: string) => kinds.map((kind) => fs.readlinkSync(`/proc/self/task/${thread}/ns/${kind}`));
			const before = ofThread(String(k.getpid()));
			const both = attempt(() => k.setns(target, k.CLONE_NEWNS | k.CLONE_NEWUTS));
			const unchanged = ofThread(String(k.getpid())).every((link, index) => link === before[index]);
			const flags = [k.CLONE_NEWNS, k.CLONE_NEWUTS, k.CLONE_NEWIPC, k.CLONE_NEWNET, k.CLONE_NEWCGROUP];
			const answers = flags.map((flag) => attempt(() => k.setns(target, flag)));
			const moved = fs
				.readdirSync("/proc/self/task")
				.filter((thread) => ofThread(thread).some((link, index) => link !== before[index]));
			return { both, unchanged, answers, moved: moved.map((thread) => Number(thread) === k.getpid()) };
		});
		expect(value).toEqual({
			both: "EINVAL",
			unchanged: true,
			answers: ["EINVAL", "ok", "ok", "ok", "ok"],
			moved: [true],
		});
	});

	test.concurrent("unshare(CLONE_NEWPID) moves only later children: the first of them is pid 1", async () => {
		const { value } = await runInGuest(machines, ({ k, inChild }) =>
			inChild(() => {
				const before = k.getpid();
				k.unshare(k.CLONE_NEWPID);
				return { same: k.getpid() === before, child: inChild(() => [k.getpid(), k.getppid()]) };
			}),
		);
		expect(value).toEqual({ same: true, child: [1, 0] });
	});

	test.concurrent("sethostname accepts up to 64 bytes, not characters; 65 bytes fail with EINVAL", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
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
