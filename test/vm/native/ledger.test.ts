import { afterAll, describe, expect, test } from "vitest";
import { recordedCalls } from "../../../harness/judge/recorded-calls.ts";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("errors", () => {
	test.concurrent("a SyscallError names the call, its arguments and the error", async () => {
		const { value } = await runInGuest(machines, ({ k }) => {
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

	test.concurrent("a string with a NUL byte is refused: the kernel would see only its beginning", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k }) => {
			const refusal = (act: () => void) => {
				try {
					act();
					return "accepted";
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
	test.concurrent("numbers each process by its ancestors, and has results, errors and unfinished calls", async () => {
		const { value, ledger } = await runInGuest(machines, ({ k, attempt }) => {
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

	test.concurrent("has the writes of files between the system calls, also those of forked processes", async () => {
		const { report } = await runInGuest(machines, ({ k, fs, attempt }) => {
			fs.mkdirSync("/tmp/a");
			const pid = k.fork();
			if (pid === 0) {
				fs.writeFileSync("/proc/self/comm", "child");
				attempt(() => fs.writeFileSync("/sys/fs/cgroup/cgroup.procs", "x"));
				k._exit(0);
			}
			k.waitpid(pid);
			fs.rmdirSync("/tmp/a");
		});
		const of = (wanted: string) =>
			recordedCalls(report)
				.filter(({ task }) => task === wanted)
				.map(({ call, args, error }) => [call, args["path"], args["data"], error].filter(Boolean).join(" "));
		expect(of("1")).toEqual(['fs.mkdirSync "/tmp/a"', "fork", "waitpid", 'fs.rmdirSync "/tmp/a"']);
		expect(of("1.1")).toEqual([
			'fs.writeFileSync "/proc/self/comm" "child"',
			'fs.writeFileSync "/sys/fs/cgroup/cgroup.procs" "x" EINVAL',
			"_exit",
		]);
	});

	test.concurrent("still has the last system call of a program that writes without end", async () => {
		const { ledger, report } = await runInGuest(machines, ({ k, fs }) => {
			for (let count = 0; count < 10_000; count++) fs.writeFileSync("/dev/null", "\0".repeat(100));
			k.getppid();
		});
		expect(ledger).toMatchObject([{ call: "getppid" }]);
		expect(report.writes.length).toBeGreaterThan(250);
	});
});
