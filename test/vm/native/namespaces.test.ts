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
