import { setTimeout as sleep } from "node:timers/promises";
import { interruption } from "../../base/interrupt.ts";
import type { Progress } from "../../base/progress.ts";
import type { Lesson } from "../../judge/lessons.ts";
import { MachinePool } from "../../vm/machine-pool.ts";
import type { DemoListener } from "../demo-player.ts";
import type { Size } from "../events.ts";
import { DemoInMachine } from "./demo-in-machine.ts";
import { loadAnyForStage } from "./loaded-demo.ts";
import type { OwnDemo } from "./own-demo.ts";

/** How long to wait after a step: what the kernel shows arrives a little after the command has ended. */
const PAUSE_AFTER_STEP_MS = 400;

/**
 * Plays a demo from its beginning to its end, in a machine of its own.
 * @param size of the terminals
 * @returns whether the demo kept its promises and the machine did not go down
 */
export async function playToEnd(
	which: Lesson | OwnDemo,
	listener: DemoListener,
	size: Size,
	progress: Progress,
): Promise<boolean> {
	const machines = new MachinePool(progress);
	let hasFailed = false;
	try {
		await machines.makeReady();
		const loaded = await loadAnyForStage(which, size, machines);
		const demo = await DemoInMachine.open(loaded, machines.beginStage.bind(machines), async (event) => {
			if (event.type === "answer") hasFailed ||= event.promises.some(({ kept }) => !kept);
			if (event.type === "down") hasFailed = true;
			await listener(event);
		});
		const steps = loaded.script.steps.length;
		try {
			// The first step is introduced already. For each other step, one `next` introduces it, and another plays it.
			for (let step = 1; step <= steps; step++) {
				if (step > 1) await demo.next();
				await Promise.race([demo.next(), demo.failed, interrupted()]);
				await sleep(PAUSE_AFTER_STEP_MS);
			}
		} finally {
			await demo.close();
		}
		return !hasFailed;
	} finally {
		await machines.close();
	}
}

const interrupted = () =>
	new Promise<never>((_, reject) => {
		interruption.addEventListener("abort", () => reject(interruption.reason), { once: true });
	});
