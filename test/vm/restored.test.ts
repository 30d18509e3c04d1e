import { afterAll, describe, expect, test } from "vitest";
import { silent } from "../../harness/progress.ts";
import { ensureImage } from "../../harness/vm/image.ts";
import { Machine } from "../../harness/vm/machine.ts";
import { ensureTemplate } from "../../harness/vm/template.ts";
import { inGuest, newShipyard } from "../support/guest.ts";

const yard = newShipyard();
afterAll(() => yard.close());

describe("restored machines", () => {
	test("one that is lost while it waits does not make the snapshot suspect", async () => {
		const machine = Machine.restore(await ensureTemplate(await ensureImage(silent), silent));
		await machine.rest();
		process.kill(machine.pid, "SIGKILL");
		const nothing = { prepare: [], code: "", call: "run", containers: {}, steps: [], watch: [], files: [] };
		const lost = machine.play({ ...nothing, network: false, breakOut: false, places: [] });
		await expect(lost).rejects.toMatchObject({ name: "RestoreError", templateDamaged: false });
	});

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
		const values = await Promise.all(
			[1, 2].map(async () => {
				const played = await inGuest(yard, () => [
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
