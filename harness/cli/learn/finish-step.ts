import { boxProgram, installBox, moduleProgram } from "../../engine/engine.ts";
import { lostFinding } from "../../judge/failed-run.ts";
import { lessons, moduleOf, solutionOf } from "../../judge/lessons.ts";
import { type FinishStep, type Mismatch, mismatchIn, sessionOf } from "../../learner/finish.ts";
import type { Preparation } from "../../protocol/index.ts";
import { LostError } from "../../vm/frame-receiver.ts";
import type { MachinePool } from "../../vm/machine-pool.ts";

/** What every machine of a finish gets: `box`, and in /root the modules that Node can import there. */
export type FinishEngine = readonly Preparation[];

/** Only a step that hangs takes so long: the slowest needs a tenth, on a computer that emulates the processor. */
const STEP_SECONDS_MAX = 240;

/** The lessons that build images import their module in Node, outside of `box`. */
const IMPORTED = ["09-scratch"];

/**
 * Bundles the engine of the learner's modules.
 * @param mine the learner's file, by the reference module that it replaces
 * @throws {BundleError} a module cannot be bundled any more
 */
export async function finishEngine(mine: ReadonlyMap<string, string>): Promise<FinishEngine> {
	const imported = (await lessons()).filter(({ id }) => IMPORTED.includes(id));
	const modules = imported.map(async (lesson): Promise<Preparation[]> => {
		const [name, reference] = await Promise.all([moduleOf(lesson), solutionOf(lesson)]);
		return [
			{ do: "write", path: `/root/bundled/${name}.cjs`, text: await moduleProgram(mine, reference) },
			{ do: "write", path: `/root/${name}`, text: `export * from "./bundled/${name}.cjs";\n` },
		];
	});
	return [
		...installBox(await boxProgram(mine)),
		{ do: "write", path: "/root/package.json", text: '{ "type": "module" }\n' },
		...(await Promise.all(modules)).flat(),
	];
}

/** Plays a step in a fresh machine. @returns the first command that did not do what it should; null if there is none */
export async function playStep(
	step: FinishStep,
	engine: FinishEngine,
	machines: MachinePool,
): Promise<Mismatch | null> {
	const chunks: Buffer[] = [];
	try {
		await machines.runSession(
			{
				prepare: [...engine],
				argv: ["timeout", "-s", "KILL", String(STEP_SECONDS_MAX), "bash", "-c", sessionOf(step)],
				environment: { LANG: "C.UTF-8" },
				window: null,
				unlocked: true,
			},
			{
				// No input: an empty buffer ends it.
				started: ({ input }) => void input(Buffer.alloc(0)),
				output: async (_, data) => void chunks.push(data),
			},
		);
	} catch (error) {
		if (!(error instanceof LostError)) throw error;
		const { got } = lostFinding({ kind: "lost", how: error.how, detail: error.detail });
		chunks.push(Buffer.from(`${got}\n`));
	}
	return mismatchIn(step, Buffer.concat(chunks).toString());
}
