import { visibleProgress } from "../../base/progress.ts";
import { findLesson } from "../../judge/lessons.ts";
import { DemoInMachine } from "../../live/machine/demo-in-machine.ts";
import { loadForStage } from "../../live/machine/loaded-demo.ts";
import { MachinePool } from "../../vm/machine-pool.ts";

/**
 * Measures the demo of lesson 02: opening it, keeping a checkpoint of the machine, and going back to a checkpoint.
 * @param n how many times to play the first step and to go back to its beginning
 * @returns milliseconds, and the checkpoints' sizes in MiB
 */
export async function demoTimings(n: number): Promise<Record<string, number[]>> {
	const values: Record<string, number[]> = { demoOpenMs: [], checkpointMs: [], checkpointMiB: [], backMs: [] };
	await visibleProgress.step("checkpointMs, backMs", async () => {
		const machines = new MachinePool(visibleProgress);
		try {
			const loaded = await loadForStage(await findLesson("02"), { columns: 80, rows: 24 });
			await machines.makeReady();
			const startedMs = performance.now();
			const demo = await DemoInMachine.open(loaded, machines.beginStage.bind(machines), (event) => {
				if (event.type === "back") values["backMs"]?.push(event.tookMs);
				if (event.type !== "kept") return;
				values["checkpointMs"]?.push(event.tookMs);
				values["checkpointMiB"]?.push(event.bytes / 2 ** 20);
			});
			values["demoOpenMs"]?.push(performance.now() - startedMs);
			demo.slowly = false;
			for (let i = 0; i < n; i++) {
				await demo.next();
				await demo.back();
			}
			await demo.close();
		} finally {
			await machines.close();
		}
	});
	return values;
}
