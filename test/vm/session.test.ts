import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import { drawn } from "../support/plan.ts";
import { END, startOnTerminal, type Terminal } from "../support/pty.ts";

const BIN = inKit("harness/cli/bin.js");
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_RIGHT_BRACKET = "\x1d";

beforeAll(async () => {
	await new MachinePool(silentProgress).makeReady();
});

/**
 * Starts drydock on a terminal. A shell around it prints the terminal's settings before and after, and the exit code.
 */
function drydock(...args: string[]): Terminal {
	// Ctrl-C also reaches the shell.
	const script = `trap : INT; stty -a; "$@"; echo "code $?"; stty -a; ${END}`;
	return startOnTerminal("sh", ["-c", script, "sh", process.execPath, BIN, ...args]);
}

/** The exit code, and whether the terminal's settings are as before. */
async function afterwards(terminal: Terminal): Promise<{ code: number; asBefore: boolean }> {
	await terminal.untilEnd();
	const shown = terminal.shown();
	const settings = [...shown.matchAll(/speed \d+ baud[\s\S]*?-extproc/g)].map(([text]) => text);
	expect(settings).toHaveLength(2);
	return { code: Number(/code (\d+)/.exec(shown)?.[1]), asBefore: settings[0] === settings[1] };
}

const run = (...command: string[]) => drydock("run", "--solution", "--", ...command);
const inShell = () => drydock("shell", "05", "--solution");

function piped(args: string[], input: Buffer): Promise<{ code: number | null; stdout: Buffer; stderr: string }> {
	return new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[BIN, ...args],
			{ encoding: "buffer", maxBuffer: 1 << 24 },
			(_, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr: stderr.toString() }),
		);
		// A process that ends before it has read all its input breaks the pipe.
		child.stdin?.on("error", () => {});
		child.stdin?.end(input);
	});
}

describe("on a terminal", () => {
	test("shell replaces an unknown TERM by xterm-256color, has clear, and for man prints a drydock command", async () => {
		const terminal = startOnTerminal("env", [
			"TERM=no-such-terminal",
			process.execPath,
			BIN,
			"shell",
			"05",
			"--solution",
		]);
		await terminal.until(/harbour:~# /);
		terminal.type("echo $TERM\r");
		await terminal.until(/^xterm-256color/m);
		terminal.type("man 2 pivot_root\r");
		await terminal.until(/^in another terminal: npx drydock man 2 pivot_root/m);
		terminal.type("clear\r");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what clears a terminal
		await terminal.until(/\x1b\[H\x1b\[J/);
		terminal.type("exit\r");
		expect((await terminal.ended).exitCode).toBe(0);
	});

	test("typed commands reach a shell in a container, and their output is shown", async () => {
		const terminal = run("sh");
		await terminal.until(/\/ # /);
		terminal.type("echo $((6*7)); hostname | wc -c; stty size\r");
		expect(await terminal.until(/24 80\r\n\/ # /)).toContain("42\r\n9\r\n");
		terminal.type("\x7f\x7fsh -c 'exit 7'; echo \"was $?\"\r");
		// Waits for the prompt: a Ctrl-D before it would be lost, because the shell makes its terminal raw and gets a
		// null byte.
		await terminal.until(/was 7\r\n\/ # /);
		terminal.type(CTRL_D);
		expect(await afterwards(terminal)).toEqual({ code: 0, asBefore: true });
	});

	test("shell runs on the machine's host, and has box, the lesson's files and a terminal that less accepts", async () => {
		const terminal = inShell();
		await terminal.until(/# $/);
		terminal.type("tty; ls; echo fits | less -FX; box run /lab/rootfs sh -c 'exit 9'; echo \"was $?\"\r");
		const shown = await terminal.until(/was 9\r/);
		expect(shown).toContain("/dev/pts/0\r\n");
		expect(shown).toContain("README.md  pid1.ts\r\n");
		expect(shown).toContain("fits\r\n");
		expect(shown).not.toContain("not fully functional");
		await terminal.until(/# $/);
		terminal.type("exit 3\r");
		expect(await afterwards(terminal)).toEqual({ code: 3, asBefore: true });
	});

	test("after Ctrl-C during a command in a container, the exit code is 130", async () => {
		const terminal = run("sh", "-c", "echo up; exec sleep 1000");
		await terminal.until(/up\r/);
		terminal.type(CTRL_C);
		expect(await afterwards(terminal)).toEqual({ code: 130, asBefore: true });
	});

	test("a program gets SIGWINCH and the new size when the terminal is resized", async () => {
		const terminal = run("sh", "-c", "trap 'stty size' WINCH; echo up; while sleep 0.2; do :; done");
		await terminal.until(/up\r/);
		terminal.pty.resize(132, 43);
		await terminal.until(/43 132\r/);
		terminal.type(CTRL_C);
		await terminal.untilEnd();
	});

	test("20,000 lines of output arrive complete and in order", async () => {
		const terminal = run("seq", "20000");
		await terminal.untilEnd();
		const numbers = [...terminal.shown().matchAll(/^(\d+)\r$/gm)].map(([, number]) => Number(number));
		expect(numbers).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1));
	});

	test("Ctrl-] three times ends drydock with 130 when the machine does not answer", async () => {
		const terminal = inShell();
		await terminal.until(/# $/);
		// This loop has priority over all other processes on the only processor.
		terminal.type("chrt -f 99 sh -c 'while :; do :; done'\r");
		await sleep(1_000);
		terminal.type(CTRL_RIGHT_BRACKET.repeat(3));
		expect(await afterwards(terminal)).toEqual({ code: 130, asBefore: true });
	});

	test("when the machine is switched off, drydock says so and exits with 1", async () => {
		const terminal = inShell();
		await terminal.until(/# $/);
		terminal.type("echo o > /proc/sysrq-trigger\r");
		expect(await afterwards(terminal)).toEqual({ code: 1, asBefore: true });
		expect(terminal.shown()).toContain("the virtual machine was switched off");
	});

	test("terminal modes that the command switched on are off afterwards", async () => {
		const terminal = run("printf", "\\033[?1049h\\033[?25l");
		await afterwards(terminal);
		const [, last = ""] = terminal.shown().split("\x1b[?25l");
		expect(last).toContain("\x1b[?1047l");
		expect(last).toContain("\x1b[?25h");
	});

	test.each(drawn("Ctrl-C to run", [0, 300, 600, 900, 1_200, 1_600, 2_000, 2_500, 3_000]))(
		"after Ctrl-C %d ms after the start, the exit code is 130",
		async (afterMs) => {
			const terminal = run("sleep", "1000");
			// An earlier Ctrl-C would only end stty.
			const started = () => terminal.processes().some((line) => line.startsWith(process.execPath));
			await expect.poll(started, { interval: 5, timeout: 20_000 }).toBe(true);
			await sleep(afterMs);
			terminal.type(CTRL_C);
			expect(await afterwards(terminal)).toEqual({ code: 130, asBefore: true });
		},
	);

	test("Ctrl-C sends one SIGINT to the command of an engine without a PID namespace or a cgroup", async () => {
		// The script runs longer than the five seconds after which an engine without a container would be killed.
		const script = "trap 'echo heard' INT; echo up; for i in 1 2 3 4 5 6 7; do sleep 1; done; exit 7";
		const terminal = drydock("run", "03", "--solution", "--", "sh", "-c", script);
		await terminal.until(/up\r/);
		terminal.type(CTRL_C);
		expect(await afterwards(terminal)).toEqual({ code: 7, asBefore: true });
		expect(terminal.shown().match(/heard\r/g)).toHaveLength(1);
	});

	test.each(["SIGTERM", "SIGHUP"] as const)(
		"%s to drydock ends the machine and restores the terminal's settings",
		async (signal) => {
			const terminal = run("sh", "-c", "echo up; exec sleep 1000");
			await terminal.until(/up\r/);
			const [drydock = 0] = childrenOf(terminal.pty.pid);
			const [qemu = 0] = childrenOf(drydock).filter(isQemu);
			expect(qemu).toBeGreaterThan(0);
			process.kill(drydock, signal);
			expect(await afterwards(terminal)).toEqual({ code: 130, asBefore: true });
			expect(isQemu(qemu)).toBe(false);
		},
	);

	test("SIGKILL to drydock ends the machine, and another process restores the terminal's settings", async () => {
		const script = `stty -a; "$@"; while stty -a | grep -q -e -isig; do sleep 0.1; done; echo code $?; stty -a; ${END}`;
		const args = [
			"-c",
			script,
			"sh",
			process.execPath,
			BIN,
			"run",
			"--solution",
			"--",
			"sh",
			"-c",
			"echo up; exec sleep 1000",
		];
		const terminal = startOnTerminal("sh", args);
		await terminal.until(/up\r/);
		const [drydock = 0] = childrenOf(terminal.pty.pid);
		process.kill(drydock, "SIGKILL");
		expect(await afterwards(terminal)).toMatchObject({ asBefore: true });
		await expect.poll(() => terminal.processes(), { timeout: 20_000 }).toEqual([]);
	});

	test("after the terminal is closed, no machine is left", async () => {
		const terminal = startOnTerminal(process.execPath, [
			BIN,
			"run",
			"--solution",
			"--",
			"sh",
			"-c",
			"echo up; exec sleep 1000",
		]);
		await terminal.until(/up\r/);
		expect(terminal.processes().filter((line) => line.startsWith("qemu"))).toHaveLength(1);
		terminal.close();
		await expect.poll(() => terminal.processes(), { timeout: 20_000 }).toEqual([]);
	});
});

describe("in a pipe", () => {
	test("cat returns a megabyte of random bytes unchanged; standard error and the exit code are passed on", async () => {
		const bytes = randomBytes(1 << 20);
		const command = ["sh", "-c", "cat; echo to stderr >&2; exit 7"];
		const { code, stdout, stderr } = await piped(["run", "--solution", "--", ...command], bytes);
		expect({ code, stderr }).toEqual({ code: 7, stderr: "to stderr\n" });
		expect(stdout.equals(bytes)).toBe(true);
	});

	test("output that is written faster than it is read arrives complete", async () => {
		// Small pieces, then large ones: a stream in the guest collects more of them than one frame may contain.
		const writer = ["60k", "1M"].map((size) => `dd if=/dev/zero bs=${size} count=3 2>/dev/null`).join("; ");
		const command = ["run", "--solution", "--", "sh", "-c", writer];
		const { code, stdout, stderr } = await piped(command, Buffer.alloc(0));
		expect({ code, stderr, bytes: stdout.length }).toEqual({ code: 0, stderr: "", bytes: 3 * (60 << 10) + (3 << 20) });
	});

	test("a command that does not read its input ends, whether the input is a megabyte or stays open and empty", async () => {
		expect((await piped(["run", "--solution", "--", "true"], randomBytes(1 << 20))).code).toBe(0);
		const child = spawn(process.execPath, [BIN, "run", "--solution", "--", "sh", "-c", "exit 5"], { stdio: "pipe" });
		const code = await new Promise((resolve) => child.once("exit", resolve));
		expect(code).toBe(5);
	});

	test("an endless writer waits while nobody reads, and is ended by SIGPIPE when the reader closes the pipe", async () => {
		const child = spawn(process.execPath, [BIN, "run", "--solution", "--", "yes"], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		await new Promise((resolve) => child.stdout.once("readable", resolve));
		const [qemu = 0] = childrenOf(child.pid ?? 0).filter(isQemu);
		const before = [child.pid ?? 0, qemu].map(residentKb);
		await sleep(5_000);
		const grown = [child.pid ?? 0, qemu].map((pid, index) => residentKb(pid) - (before[index] ?? 0));
		// In this time, the guest could have printed some hundred megabytes.
		expect(Math.max(...grown)).toBeLessThan(30_000);
		child.stdout.destroy();
		const code = await new Promise((resolve) => child.once("exit", resolve));
		expect(code).toBe(141);
		expect(isQemu(qemu)).toBe(false);
	});

	test("run 03 uses the engine of lesson 03: the command has another root, and sees the host's processes", async () => {
		const { stdout } = await piped(
			["run", "03", "--solution", "--", "sh", "-c", "ls /; mount -t proc proc /proc; cat /proc/1/comm; umount /proc"],
			Buffer.alloc(0),
		);
		expect(stdout.toString()).toMatch(/^bin\n[\s\S]*busybox\n$/);
	});

	test("when a script restarts the machine, drydock says so and exits with 1", async () => {
		const { code, stderr } = await piped(["shell", "--solution"], Buffer.from("busybox reboot -f\n"));
		expect({ code, stderr }).toEqual({ code: 1, stderr: "the virtual machine was restarted\n" });
	});

	test("shell runs a script from its standard input", async () => {
		const { code, stdout } = await piped(["shell", "02", "--solution"], Buffer.from("hostname; exit 4\n"));
		expect(stdout.toString()).toBe("harbour\n");
		expect(code).toBe(4);
	});
});

function childrenOf(pid: number): number[] {
	return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

function isQemu(pid: number): boolean {
	return readdirSync("/proc").includes(String(pid)) && readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("qemu");
}

function residentKb(pid: number): number {
	return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}
