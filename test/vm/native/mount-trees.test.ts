import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("openat2", () => {
	test.concurrent("RESOLVE_IN_ROOT keeps links and .. in the directory; the other flags refuse them", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt }) => {
			fs.mkdirSync("/tmp/root/etc", { recursive: true });
			fs.writeFileSync("/tmp/root/etc/hostname", "inside");
			fs.symlinkSync("/etc/hostname", "/tmp/root/link");
			const root = fs.openSync("/tmp/root", "r");
			const read = (path: string, resolve: number) => {
				const fd = k.openat2(root, path, { flags: 0, resolve });
				const text = fs.readFileSync(fd, "utf8");
				const closeOnExec = fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").includes("flags:\t02");
				fs.closeSync(fd);
				return `${text} ${closeOnExec}`;
			};
			return {
				link: read("link", k.RESOLVE_IN_ROOT),
				up: read("../../etc/hostname", k.RESOLVE_IN_ROOT),
				absolute: read("/etc/hostname", k.RESOLVE_IN_ROOT),
				missing: attempt(() => k.openat2(root, "nothing", { flags: k.O_PATH, resolve: k.RESOLVE_IN_ROOT })),
				beneath: attempt(() => k.openat2(root, "link", { flags: k.O_PATH | 0, resolve: k.RESOLVE_BENEATH })),
				noLinks: attempt(() => k.openat2(root, "link", { flags: 0, resolve: k.RESOLVE_NO_SYMLINKS })),
				otherMount: attempt(() => k.openat2(k.AT_FDCWD, "/proc/self", { flags: 0, resolve: k.RESOLVE_NO_XDEV })),
				magic: attempt(() => k.openat2(k.AT_FDCWD, "/proc/self/exe", { flags: 0, resolve: k.RESOLVE_NO_MAGICLINKS })),
			};
		});
		expect(value).toEqual({
			link: "inside true",
			up: "inside true",
			absolute: "inside true",
			missing: "ENOENT",
			beneath: "EXDEV",
			noLinks: "ELOOP",
			otherMount: "EXDEV",
			magic: "ELOOP",
		});
	});
});

describe("mountSetattr, openTree and moveMount", () => {
	test.concurrent("AT_RECURSIVE reaches mounts below; without it, and with a place that is covered, it does not", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWNS);
				k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
				for (const dir of ["/tmp/a/sub", "/tmp/one", "/tmp/all"]) fs.mkdirSync(dir, { recursive: true });
				k.mount("sub", "/tmp/a/sub", "tmpfs", 0, null);
				const place = fs.openSync("/tmp/one", "r");
				for (const target of ["/tmp/one", "/tmp/all"]) k.mount("/tmp/a", target, null, k.MS_BIND | k.MS_REC, null);
				const readOnly = { attrSet: k.MOUNT_ATTR_RDONLY };
				const covered = attempt(() => k.mountSetattr(place, "", k.AT_EMPTY_PATH, readOnly));
				k.mountSetattr(k.AT_FDCWD, "/tmp/one", 0, readOnly);
				k.mountSetattr(k.AT_FDCWD, "/tmp/all", k.AT_RECURSIVE, readOnly);
				const writes = ["/tmp/one/x", "/tmp/one/sub/x", "/tmp/all/x", "/tmp/all/sub/x", "/tmp/a/x"];
				return { covered, writes: writes.map((path) => attempt(() => fs.writeFileSync(path, ""))) };
			}),
		);
		expect(value).toEqual({ covered: "EINVAL", writes: ["EROFS", "ok", "EROFS", "EROFS", "ok"] });
	});

	test.concurrent("a copy of a mount outlives a change of the root", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt, inChild }) =>
			inChild(() => {
				k.unshare(k.CLONE_NEWNS);
				k.mount(null, "/", null, k.MS_REC | k.MS_PRIVATE, null);
				fs.mkdirSync("/tmp/data");
				fs.writeFileSync("/tmp/data/note", "of the host");
				fs.mkdirSync("/tmp/root");
				k.mount("root", "/tmp/root", "tmpfs", 0, null);
				fs.mkdirSync("/tmp/root/data");
				const tree = k.openTree(k.AT_FDCWD, "/tmp/data", k.OPEN_TREE_CLONE | k.AT_RECURSIVE);
				k.chdir("/tmp/root");
				k.pivotRoot(".", ".");
				k.umount2(".", k.MNT_DETACH);
				const before = attempt(() => fs.readFileSync("/data/note"));
				k.moveMount(tree, "", k.AT_FDCWD, "/data", k.MOVE_MOUNT_F_EMPTY_PATH);
				const missing = attempt(() => k.moveMount(tree, "", k.AT_FDCWD, "/no", k.MOVE_MOUNT_F_EMPTY_PATH));
				return { before, missing, after: fs.readFileSync("/data/note", "utf8") };
			}),
		);
		expect(value).toEqual({ before: "ENOENT", missing: "ENOENT", after: "of the host" });
	});
});

describe("flock", () => {
	test.concurrent("many have a shared lock, nobody an exclusive one meanwhile", async () => {
		const { value } = await runInGuest(machines, ({ k, fs, attempt }) => {
			const [one, two, three] = [1, 2, 3].map(() => fs.openSync("/tmp", "r")) as [number, number, number];
			k.flock(one, k.LOCK_SH);
			const second = attempt(() => k.flock(two, k.LOCK_SH | k.LOCK_NB));
			const exclusive = attempt(() => k.flock(three, k.LOCK_EX | k.LOCK_NB));
			fs.closeSync(one);
			fs.closeSync(two);
			return { second, exclusive, afterwards: attempt(() => k.flock(three, k.LOCK_EX | k.LOCK_NB)) };
		});
		expect(value).toEqual({ second: "ok", exclusive: "EAGAIN", afterwards: "ok" });
	});
});
