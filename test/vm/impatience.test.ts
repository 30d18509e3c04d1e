import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson } from "../../harness/judge/lessons.ts";
import type { DemoEvent } from "../../harness/live/events.ts";
import { DemoInMachine } from "../../harness/live/machine/demo-in-machine.ts";
import { loadForStage } from "../../harness/live/machine/loaded-demo.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn, SEED, TRIED_LESSONS } from "../support/plan.ts";

const SIZE = { columns: 80, rows: 24 };
const PATIENCE = { timeout: 60_000, interval: 100 };
/** A presenter presses the space bar this often. */
const PRESS_EVERY_MS = 1_000;
const KEYS = ["back", "jump", "replay", "reset"] as const;

const machines = newMachinePool();
beforeAll(() => machines.makeReady());
afterAll(() => machines.close());

/** Opens a demo, and collects its answers and the output of the host's shell since it was last asked for. */
async function opened(id: string) {
	const loaded = await loadForStage(await findLesson(id), SIZE);
	const answers: Extract<DemoEvent, { type: "answer" }>[] = [];
	let shown = "";
	const demo = await DemoInMachine.open(loaded, machines.beginStage.bind(machines), (event) => {
		if (event.type === "answer") answers.push(event);
		if ((event.type === "output" || event.type === "screen") && event.shell === "host")
			shown = event.type === "screen" ? event.data : shown + event.data;
	});
	/** Types a line into the host's shell, waits for output that matches, and returns what matched. */
	const type = async (line: string, output: RegExp) => {
		shown = "";
		await demo.type("host", `${line}\r`);
		const text = () => stripVTControlCharacters(shown).replaceAll("\r", "");
		await expect.poll(text, PATIENCE).toMatch(output);
		return output.exec(text())?.[0];
	};
	return { demo, answers, steps: loaded.script.steps.length, type };
}

// One at a time: expect.poll() does not work in tests that run at the same time.
for (const id of drawn("impatience", TRIED_LESSONS, 2))
	test(`${id} (seed ${SEED}): a presenter who presses the space bar every second sees no broken promise; after the machine is ruined, one key mends it`, async () => {
		const { demo, answers, steps, type } = await opened(id);
		try {
			const hand = setInterval(() => void demo.next(), PRESS_EVERY_MS);
			await expect.poll(() => answers.length, { ...PATIENCE, timeout: 300_000 }).toBe(steps);
			clearInterval(hand);
			expect(answers.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
			const broken = answers.flatMap(({ step, promises, output }) =>
				promises.filter(({ kept }) => !kept).map(({ pattern }) => ({ step, pattern, output })),
			);
			expect(broken).toEqual([]);

			const step = 1 + (SEED % steps);
			const key = KEYS[SEED % KEYS.length] ?? "back";
			const press = () => (key === "jump" ? demo.jump(step) : demo[key]());
			// After some steps, the host's shell runs another shell in a container. So this lists the root
			// directory of whichever shell answers, and compares the list with the one from before anything was ruined. The
			// names with three letters fit in one line.
			await demo.jump(step);
			await press();
			const files = await type("echo /???", /^\/\w.*$/m);
			await demo.jump(step);
			const before = await type("echo /???", /^\/\w.*$/m);
			await type("rm -rf /lab /etc /srv /home /opt 2> /dev/null; echo ruin''ed", /^ruined$/m);
			expect(await type("echo /???", /^\/\w.*$/m)).not.toBe(before);
			await press();
			expect({ key, step: demo.step }).toEqual({ key, step: key === "reset" ? 1 : step });
			expect({ key, files: await type("echo /???", /^\/\w.*$/m) }).toEqual({ key, files });
		} finally {
			await demo.close();
		}
	}, 900_000);
