import { spawnSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inKit } from "../../harness/base/kit.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { engineText } from "../../harness/engine/engine-at.ts";
import { packBox } from "../../harness/engine/pack.ts";
import { newMachinePool } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

const machines = newMachinePool();
const files = await temporary();
beforeAll(() => machines.makeReady());
afterAll(async () => {
	await machines.close();
	await files.remove();
});

/** Runs a script on a machine that has the packed program. The machine has Node, but nothing else that drydock has installed. */
async function onAnotherMachine(program: Buffer, script: string): Promise<string[]> {
	const { outcome } = await machines.play({
		prepare: [
			{ do: "write", path: "/root/box.base64", text: program.toString("base64") },
			{ do: "run", argv: ["sh", "-ec", "base64 -d /root/box.base64 > /root/box; chmod +x /root/box"] },
		],
		...{ code: "", calls: {}, readings: {} },
		steps: [
			{ do: "run", argv: ["unshare", "--mount", "sh", "-c", `mount -t tmpfs none /opt; ${script}`], as: "script" },
		],
		deadlineMs: 600_000,
	});
	if (outcome.kind === "lost") throw new Error(`${outcome.how}\n${outcome.detail}`);
	const { stdout = "", stderr = "" } = outcome.observation.programs["script"] ?? {};
	expect(stderr).toBe("");
	return stdout.trim().split("\n");
}

test("the packed program runs where there is no drydock, with the learner's module, and leaves nothing", async () => {
	const solution = inKit("solutions/02-unshare/isolate.ts");
	const text = await readFile(solution, "utf8");
	const mine = await files.write("isolate.ts", text.replace("sethostname(hostname)", 'sethostname("my-" + hostname)'));
	const program = await packBox(new Map([[solution, mine]]), silentProgress);
	expect(
		await onAnotherMachine(
			program,
			`cd /root
			./box run --hostname deck --memory 32M --pids 9 /lab/rootfs sh -c 'hostname; echo $$; cat /proc/self/cgroup'
			./box run /lab/rootfs sh -c 'exit 7'; echo $?
			echo in | ./box run -i /lab/rootfs cat
			find /opt /run/box -mindepth 1 ! -name claims; find /sys/fs/cgroup/box -mindepth 1 -type d; ls /sys/class/net
			ls /run/box-programs | wc -l`,
		),
	).toEqual(["my-deck", "2", "0::/", "7", "in", "lo", "1"]);
});

test("the packed program's help needs neither root nor Node nor cgroups", async () => {
	const program = await files.write("box", "");
	await writeFile(program, await packBox(new Map(), silentProgress));
	await chmod(files.dir, 0o755);
	for (const asked of [["--help"], ["-h"], ["help"], ["run", "--help"]]) {
		const { stdout } = spawnSync("/bin/sh", [program, ...asked], {
			...{ encoding: "utf8", env: { PATH: "/nowhere:/bin" } },
			...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
		});
		expect(stdout).toBe(engineText("solutions/commands/run.txt"));
	}
});

test("the same modules make the same program", async () => {
	const [one, other] = await Promise.all([packBox(new Map(), silentProgress), packBox(new Map(), silentProgress)]);
	expect(one?.equals(other as Buffer)).toBe(true);
	expect(one?.subarray(0, 9).toString()).toBe("#!/bin/sh");
});
