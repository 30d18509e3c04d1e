import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
	cp,
	mkdir,
	mkdtemp,
	open,
	readdir,
	readFile,
	rm,
	stat,
	symlink,
	truncate,
	utimes,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { EXIT } from "../../harness/base/failure.ts";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";

const BIN = inKit("harness/cli/bin.js");
let dir = "";

beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), "drydock-test-"));
	await new MachinePool(silentProgress).makeReady();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

interface Run {
	code: number | null;
	stdout: string;
	stderr: string;
}

function drydock(
	args: string[],
	{ env = {}, cwd = inKit(".") }: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Promise<Run> {
	return new Promise((resolve, reject) => {
		const child = execFile(
			process.execPath,
			[BIN, ...args],
			{ cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 24 },
			(_, stdout, stderr) => {
				if (child.exitCode === EXIT.failed) reject(new Error(`drydock ${args.join(" ")}: ${stderr}`));
				resolve({ code: child.exitCode, stdout, stderr });
			},
		);
	});
}

describe.concurrent("drydock", () => {
	test("check [unknown lesson] names the nearest one and exits with 2", async () => {
		const { code, stderr } = await drydock(["check", "pivot-rot"]);
		expect(stderr).toContain("did you mean pivot-root?");
		expect(stderr).toContain("npx drydock check pivot-root");
		expect(code).toBe(2);
	});

	test("check [file missing] names the file and exits with 2", async () => {
		const { code, stderr } = await drydock(["check", "02", "--file", join(dir, "nowhere.ts")]);
		expect(stderr).toContain("nowhere.ts does not exist");
		expect(code).toBe(2);
	});

	test.each([
		["chek"],
		["check", "--bogus"],
		["check", "02", "04"],
		["check", "02", "--solution", "--skeleton"],
		["check", "02", "--all"],
	])("%s %s exits with 2", async (...args) => {
		expect((await drydock(args)).code).toBe(2);
	});

	test("check [no QEMU] gives the exact command that installs it and exits with 3", async () => {
		const path = join(dir, "bin");
		await mkdir(path, { recursive: true });
		await symlink(process.execPath, join(path, "node"));
		const { code, stdout, stderr } = await drydock(["check", "02", "--solution", "--json"], { env: { PATH: path } });
		expect(stderr).toMatch(
			/QEMU is not installed\n {2}try: (sudo )?apt-get install --yes --no-install-recommends qemu-system-x86$/m,
		);
		expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, lesson: "02-unshare", verdict: "unsupported" });
		expect(code).toBe(3);
	});

	test("check --json prints one document with the documented fields", async () => {
		const { code, stdout } = await drydock(["check", "04-pivot-root", "--skeleton", "--json"]);
		expect(code).toBe(1);
		const verdict = JSON.parse(stdout);
		expect(verdict).toMatchObject({
			schemaVersion: 1,
			lesson: "04-pivot-root",
			verdict: "fail",
			vm: { restored: true },
		});
		expect(verdict.findings[0]).toMatchObject({ fact: "ns.mnt", expected: "new", got: "the host's", misconception: 6 });
		for (const name of ["explanation", "try", "see"]) expect(verdict.findings[0]).toHaveProperty(name);
		for (const name of ["drawn", "ledger", "durationMs"]) expect(verdict).toHaveProperty(name);
	});

	test("check writes no colours to a pipe", async () => {
		const { stdout } = await drydock(["check", "02", "--skeleton"]);
		expect(stdout).toContain("not right yet");
		expect(stdout).not.toContain("\u001b");
	});

	test("check records the attempt; if it cannot, it still gives the verdict", async () => {
		const workspace = join(dir, "recorded");
		await mkdir(join(workspace, "02-unshare"), { recursive: true });
		await writeFile(join(workspace, "02-unshare/isolate.ts"), "const = 1;");
		await writeFile(join(workspace, "drydock.json"), '{"schemaVersion": 2, "selected": null, "lessons": {}}');
		expect(await drydock(["check", "02", "--json"], { cwd: workspace })).toMatchObject({ code: 1, stderr: "" });
		const listed = async () => JSON.parse((await drydock(["list", "--json"], { cwd: workspace })).stdout).lessons[1];
		expect(await listed()).toMatchObject({ id: "02-unshare", attempts: 1, passed: false });
		// A directory in the place of the next logbook.
		await mkdir(join(workspace, "drydock.json.new"));
		const { code, stdout, stderr } = await drydock(["check", "02", "--json"], { cwd: workspace });
		expect(JSON.parse(stdout)).toMatchObject({ verdict: "fail" });
		expect(stderr).toMatch(/^this attempt was not recorded: .*drydock\.json cannot be written \(EISDIR\)\n$/);
		expect(code).toBe(1);
		expect(await listed()).toMatchObject({ attempts: 1 });
	});

	test("check [logbook damaged] says so before any work and exits with 2", async () => {
		const workspace = join(dir, "damaged");
		await mkdir(workspace);
		await writeFile(join(workspace, "drydock.json"), "{");
		const { code, stdout, stderr } = await drydock(["check", "02", "--json"], { cwd: workspace });
		expect(stderr).toContain("drydock.json.damaged");
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
	});

	test("read renders a lesson within 80 columns", async () => {
		const { stdout } = await drydock(["read", "04"]);
		expect(stdout).toContain("pivot_root");
		// Code blocks stay as they are, whatever their width.
		const source = await readFile(inKit("lessons/04-pivot-root/README.md"), "utf8");
		const code = new Set([...source.matchAll(/^```\w+\n(.*?)^```$/gms)].flatMap(([, block = ""]) => block.split("\n")));
		const prose = stdout.split("\n").filter((line) => !code.has(line.slice(2)));
		expect(prose.filter((line) => line.length > 80)).toEqual([]);
	});
});

describe("drydock [killed]", () => {
	test.each([
		["SIGINT", 130],
		["SIGTERM", 130],
	] as const)("check [%s] ends its machine and exits with %i", async (signal, code) => {
		const { child, qemu } = await startEndlessCheck();
		child.kill(signal);
		expect((await once(child, "exit"))[0]).toBe(code);
		await untilEnded(qemu);
	});

	test("check [SIGKILL] leaves no machine behind", async () => {
		const { child, qemu } = await startEndlessCheck();
		child.kill("SIGKILL");
		await once(child, "exit");
		await untilEnded(qemu);
	});
});

describe("drydock [cache damaged]", () => {
	const copied = () => join(dir, "cache");
	const check = () => drydock(["check", "02", "--solution"], { env: { DRYDOCK_CACHE: copied() } });
	// Damages all versions in the cache, because one of them is in use.
	const everywhere = async (kind: string, file: string, damage: (path: string) => Promise<void>) => {
		const names = (await readdir(join(copied(), kind))).filter((name) => !name.includes("."));
		for (const name of names) await damage(join(copied(), kind, name, file));
	};

	beforeAll(() => cp(cacheDir, copied(), { recursive: true, preserveTimestamps: true }));

	test("a snapshot whose device state is garbage is made again", async () => {
		await everywhere("templates", "state", (path) => scribble(path, 1_000, 200_000));
		const { code, stderr } = await check();
		expect(stderr).toContain("snapshot of a booted virtual machine");
		expect(code).toBe(0);
	});

	test("a snapshot whose memory is cut off is made again", async () => {
		await everywhere("templates", "memory", (path) => truncate(path, 1 << 20));
		const { code, stderr } = await check();
		expect(stderr).toContain("snapshot of a booted virtual machine");
		expect(code).toBe(0);
	});

	test("an image that was written to is built again", async () => {
		await everywhere("base", "usr.erofs", (path) => truncate(path, 50 << 20));
		const { code, stderr } = await check();
		expect(stderr).toContain("Debian packages");
		expect(code).toBe(0);
	});

	test("an image goes to another computer in a file; a cut-off file is refused", async () => {
		const file = join(dir, "box.image");
		expect((await drydock(["image", "export", file])).code).toBe(0);
		const env = { DRYDOCK_CACHE: join(dir, "other") };
		expect((await drydock(["image", "import", file], { env })).code).toBe(0);
		expect(JSON.parse((await drydock(["image", "info", "--json"], { env })).stdout)).toMatchObject({
			platform: "linux/amd64",
		});
		const elsewhere = { DRYDOCK_CACHE: join(dir, "third") };
		await truncate(file, 1 << 20);
		const refused = await drydock(["image", "import", file], { env: elsewhere });
		expect(refused.stderr).toContain("is not an image");
		expect(refused.code).toBe(2);
	});
});

// Starts a check whose exercise never ends, so that the test can interrupt it.
async function startEndlessCheck(): Promise<{ child: ChildProcess; qemu: number }> {
	const file = join(dir, "loops.ts");
	await writeFile(file, "export function isolate(): void { for (;;); }\n");
	const child = spawn(process.execPath, [BIN, "check", "02", "--file", file], { cwd: inKit("."), stdio: "ignore" });
	for (;;) {
		const qemu = await childOf(child.pid ?? -1);
		if (qemu !== null) return { child, qemu };
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

async function childOf(pid: number): Promise<number | null> {
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
	for (const child of children.split(" ").filter(Boolean)) {
		const comm = await readFile(`/proc/${child}/comm`, "utf8").catch(() => "");
		if (comm.startsWith("qemu")) return Number(child);
	}
	return null;
}

// Waits until the process has ended. It may stay a zombie, whose memory and files are free already.
async function untilEnded(pid: number): Promise<void> {
	await expect
		.poll(async () => (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")).split(") ")[1]?.[0], {
			timeout: 10_000,
		})
		.toBe("Z");
}

// Damages a file as a failing disk would: its times stay the same.
async function scribble(path: string, from: number, to: number): Promise<void> {
	const { atime, mtime } = await stat(path);
	const file = await open(path, "r+");
	await file.write(randomBytes(to - from), 0, to - from, from);
	await file.close();
	await utimes(path, atime, mtime);
}
