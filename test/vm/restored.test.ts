import { randomBytes } from "node:crypto";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cacheDir } from "../../harness/base/cache.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import { judge } from "../../harness/judge/judge.ts";
import { findLesson, solutionOf } from "../../harness/judge/lessons.ts";
import { LIMITS } from "../../harness/protocol/index.ts";
import { ensureImage } from "../../harness/vm/image/image.ts";
import { Machine } from "../../harness/vm/machine.ts";
import { RewindableMachine } from "../../harness/vm/rewindable-machine.ts";
import { ensureTemplate, isCurrent } from "../../harness/vm/template.ts";
import { newMachinePool, runInGuest } from "../support/guest.ts";
import { temporary } from "../support/temporary.ts";

const files = await temporary();
const machines = newMachinePool();
afterAll(() => Promise.all([machines.close(), files.remove()]));
const EMPTY_RUN = { prepare: [], code: "", calls: {}, steps: [], readings: {} };
const template = async () => ensureTemplate(await ensureImage(silentProgress), silentProgress);

/** The files in the cache that this process has open. */
async function openCacheFiles(): Promise<string[]> {
	const names = await readdir("/proc/self/fd");
	const targets = await Promise.all(names.map((name) => readlink(join("/proc/self/fd", name)).catch(() => "")));
	return targets.filter((target) => target.startsWith(cacheDir));
}

describe("restored machines", () => {
	test("if one is lost while it waits, the snapshot does not count as damaged", async () => {
		const machine = Machine.restore(await template());
		await machine.warmUpAndPause();
		process.kill(machine.pid, "SIGKILL");
		const lost = machine.play(EMPTY_RUN);
		await expect(lost).rejects.toMatchObject({ name: "RestoreError", templateDamaged: false });
	});

	test.each([
		["device state is garbage", async () => ({ ...(await template()), state: randomBytes(200_000) })],
		["memory is missing", async () => ({ ...(await template()), memory: join(files.dir, "missing") })],
	])("a demo's [%s] reports a damaged snapshot and closes its files", async (_, damaged) => {
		const machine = new RewindableMachine(await damaged(), { onFrame: async () => {}, onLost: () => {} });
		const before = await openCacheFiles();
		const begun = machine.begin({ prepare: [], shells: {}, readings: {} });
		await expect(begun).rejects.toMatchObject({ name: "RestoreError", templateDamaged: true });
		expect(await openCacheFiles()).toEqual(before);
	});

	test("a program that is too large for one fails the submission, and the snapshot is kept", async () => {
		const before = await template();
		const members = Array.from({ length: 18 }, (_, at) => `a${at + 1} = a${at} + a${at},`).join("\n");
		const nineMegabytes = `enum A { a0 = "0123456789abcdefgh",\n${members} }\nexport const isolate = () => A;\n`;
		const lesson = await findLesson("02");
		const large = await judge(lesson, await files.write("isolate.ts", nineMegabytes), machines, { types: false });
		expect(large).toMatchObject({ verdict: "fail", findings: [{ diagnosis: "too-large" }], vm: { restored: false } });
		// A frame that is too large is not sent to any machine.
		const code = "/".repeat(LIMITS.workBytes);
		const { outcome } = await machines.play({ ...EMPTY_RUN, code });
		expect(outcome).toMatchObject({ kind: "lost", how: "too-large" });
		expect(await isCurrent(before)).toBe(true);
		const next = await judge(lesson, await solutionOf(lesson), machines, { types: false });
		expect(next).toMatchObject({ verdict: "pass", vm: { restored: true } });
		expect(await isCurrent(before)).toBe(true);
		expect((await template()).dir).toBe(before.dir);
	});

	test.concurrent("have random numbers of their own and the host's time", async () => {
		const played = await Promise.all(
			[1, 2].map(() =>
				runInGuest(machines, ({ fs }) => {
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
		const values = await Promise.all(
			[1, 2].map(async () => {
				const played = await runInGuest(machines, () => [
					require("node:crypto").randomBytes(16).toString("hex"),
					Math.random(),
				]);
				return played.value;
			}),
		);
		expect(values[0]?.[0]).not.toBe(values[1]?.[0]);
		expect(values[0]?.[1]).not.toBe(values[1]?.[1]);
	});
});
