import { boxProgram, installBox, moduleProgram } from "../../engine/engine.ts";
import { lostFinding } from "../../judge/failed-run.ts";
import { lessons, moduleOf, solutionOf } from "../../judge/lessons.ts";
import { type FinishStep, type Mismatch, mismatchIn, sessionOf } from "../../learner/finish.ts";
import type { Preparation } from "../../protocol/index.ts";
import { LostError } from "../../vm/frame-receiver.ts";
import type { MachinePool } from "../../vm/machine-pool.ts";

/**
 * A finish runs the learner's whole engine at the end of a track; its steps are in `lessons/finish-N.yaml`. Every
 * machine of a finish gets this engine: `box`, and in /root those modules that scripts of the steps import.
 */
export type FinishEngine = readonly Preparation[];

/**
 * Only a step that hangs takes this long. The slowest step needs a tenth of it on a computer that emulates the
 * processor.
 */
const STEP_SECONDS_MAX = 240;

/** The lessons whose module a script of a finish imports: Node runs the script, without `box`, to build an image. */
const LESSONS_IMPORTED_BY_SCRIPTS = ["09-scratch"];

/**
 * Bundles the engine, made of the learner's modules.
 * @param mine the learner's files, by the reference module that each replaces; empty for the reference's engine
 * @throws {BundleError} a module cannot be bundled any more
 */
export async function finishEngine(mine: ReadonlyMap<string, string>): Promise<FinishEngine> {
	const importedLessons = (await lessons()).filter(({ id }) => LESSONS_IMPORTED_BY_SCRIPTS.includes(id));
	const imported = importedLessons.map(async (lesson): Promise<Preparation[]> => {
		const [name, reference] = await Promise.all([moduleOf(lesson), solutionOf(lesson)]);
		return [
			{ do: "write", path: `/root/bundled/${name}.cjs`, text: await moduleProgram(mine, reference) },
			{ do: "write", path: `/root/${name}`, text: `export * from "./bundled/${name}.cjs";\n` },
		];
	});
	const [box, ...modules] = await Promise.all([boxProgram(mine), ...imported]);
	return [
		...installBox(box),
		{ do: "write", path: "/root/package.json", text: '{ "type": "module" }\n' },
		...modules.flat(),
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
				// A step has no input: an empty buffer ends the input.
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
