import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("mounts", () => {
	test.concurrent("mount and umount2 [each cause] fail with their errors", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
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
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
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

	test.concurrent("getcwd is the current directory, and begins with (unreachable) when that is outside the root", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				fs.mkdirSync("/tmp/root");
				fs.mkdirSync("/tmp/gone");
				k.chdir("/etc");
				const paths = [k.getcwd()];
				k.chdir("/tmp/gone");
				fs.rmdirSync("/tmp/gone");
				const removed = attempt(() => k.getcwd());
				k.chdir("/etc");
				k.chroot("/tmp/root");
				return { paths: [...paths, k.getcwd()], removed };
			}),
		);
		expect(value).toEqual({ paths: ["/etc", "(unreachable)/etc"], removed: "ENOENT" });
	});

	test.concurrent("chdir, fchdir and chroot move the root or the current directory, and fail with ENOENT, ENOTDIR, EBADF", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
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
	/**
	 * Each case runs in a mount namespace of its own, where /n is a mount with some directories, and /tmp/plain is no
	 * mount point.
	 */
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
		answers ??= runInGuest(
			machines,
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
					// Unmounts what the shared mount has left on the host.
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
		const { value } = await runInGuest(machines, ({ k, fs, inChild }) =>
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
