import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPrintable } from "../../harness/base/printable.ts";
import { judgementOf } from "../../harness/classroom/grading/judgement.ts";
import type { Check } from "../../harness/judge/check.ts";
import { contextOf } from "../../harness/judge/context.ts";
import { groupResults } from "../../harness/judge/groups.ts";
import { assess, measuredReference, type Verdict } from "../../harness/judge/judge.ts";
import { lessons, solutionOf } from "../../harness/judge/lessons.ts";
import { bundleModuleRun, prepareModuleRun } from "../../harness/judge/module-run.ts";
import { playOrRecall } from "../../harness/judge/observed.ts";
import { partResults } from "../../harness/judge/parts.ts";
import type { Reference } from "../../harness/judge/reference.ts";
import { report, trace } from "../../harness/judge/report.ts";
import { placeOfException } from "../../harness/judge/stack.ts";
import type { RandomInputs } from "../../harness/judge/values.ts";
import { encodeFrame, type GuestFrame, type Observation, ProtocolError } from "../../harness/protocol/index.ts";
import { compareWithHost } from "../../harness/readings/inspection.ts";
import { GuestFrameDecoder } from "../../harness/vm/guest-frame-decoder.ts";
import { newMachinePool } from "../support/guest.ts";
import { ALWAYS_SINCE_MS, TRIES_ALL } from "../support/plan.ts";
import { applyByteEdits, applyEdits, fraction, randomByteEdits, randomEdits } from "../support/random-edits.ts";

// Changes the frames of real machines at random, and gives them to the host. `npm test` tries a quarter of what
// `npm run test:all` tries. A longer series: DRYDOCK_FUZZ=20.
const seed = Number(process.env["DRYDOCK_FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const times = Number(process.env["DRYDOCK_FUZZ"] ?? (TRIES_ALL ? 1 : 0.25));
const BYTE_RUNS = 500_000 * times;
const DOCUMENT_RUNS = 2_000 * times;
/**
 * How many frames of a run the title counts: a changed one, and one after it. Before them comes one that is not changed.
 * Frames after a changed one are seldom read, so only one follows.
 */
const FRAMES = 2;
const GROWTH_BYTES = 64 << 20;
const TIMEOUT_MS = 900_000 * times;
const PLAIN = { width: 80, color: false };

console.log(`fuzzing with DRYDOCK_FUZZ_SEED=${seed}`);

interface Recorded {
	/** The solution's file, and the source map of its program. */
	file: string;
	map: string;
	check: Check;
	drawn: RandomInputs;
	reference: Reference;
	observation: Observation;
	/** The frames as a machine sends them. */
	frames: Buffer[];
}

const machines = newMachinePool();
const recorded: Recorded[] = [];

beforeAll(async () => {
	for (const lesson of await lessons()) {
		const file = await solutionOf(lesson);
		const run = await prepareModuleRun(lesson, file);
		const program = await bundleModuleRun(run);
		const { drawn, played } = await playOrRecall(run, program, machines, ALWAYS_SINCE_MS);
		const { outcome } = played;
		if (outcome.kind === "lost") throw new Error(`${lesson.id}: ${outcome.how}`);
		const { observation } = outcome;
		const nonce = "0123456789abcdef";
		const sent: GuestFrame[] = [
			{ type: "started", nonce },
			{ type: "output", nonce, stream: "stdout", data: Buffer.from("drydock\n").toString("base64") },
			{ type: "output", nonce, stream: "stderr", data: "" },
			{ type: "report", nonce, observation },
			{ type: "pong", nonce, monotonicMs: 1234.5 },
			{ type: "ended", nonce, code: 0, signal: null },
			{ type: "failed", disturbed: false, nonce, message: "Error: no" },
		];
		const reference = await measuredReference(lesson, run.check, machines);
		recorded.push({ ...run, drawn, file, map: program.map, reference, observation, frames: sent.map(encodeFrame) });
	}
});
afterAll(() => machines.close());

describe("random changes to a guest's frames", () => {
	test(
		`${BYTE_RUNS * FRAMES} frames: each is accepted whole, or refused with a ProtocolError`,
		() => {
			const all = recorded.flatMap(({ frames }) => frames).sort((a, b) => a.length - b.length);
			const small = all.filter(({ length }) => length < 1000).length;
			const frame = fc.oneof(
				{ weight: 60, arbitrary: fc.nat(small - 1) },
				{ weight: 1, arbitrary: fc.integer({ min: small, max: all.length - 1 }) },
			);
			const cuts = fc.array(fraction, { maxLength: 3 });
			const seen = { accepted: 0, refused: 0 };
			const before = heapUsed();
			fc.assert(
				fc.property(fc.tuple(frame, frame, frame), randomByteEdits, cuts, (three, changes, at) => {
					const [first, changed, last] = three.map((index) => all[index] as Buffer) as [Buffer, Buffer, Buffer];
					const then = Buffer.concat([applyByteEdits(changed, changes), last]);
					const decoder = new GuestFrameDecoder();
					try {
						for (const chunk of [first, ...cut(then, at)])
							for (const frame of decoder.push(chunk)) {
								seen.accepted += 1;
								expectPlain(frame);
							}
					} catch (error) {
						if (!(error instanceof ProtocolError)) throw error;
						expect(error.message.length).toBeLessThan(10_000);
						seen.refused += 1;
					}
				}),
				{ seed, numRuns: BYTE_RUNS },
			);
			// Both happen often: some frames are refused, and others are accepted.
			expect(seen.accepted).toBeGreaterThan(BYTE_RUNS * 1.03);
			expect(seen.refused).toBeGreaterThan(BYTE_RUNS / 4);
			expect(heapUsed() - before).toBeLessThan(GROWTH_BYTES);
		},
		TIMEOUT_MS,
	);

	test(
		`${DOCUMENT_RUNS} reports: each accepted one is judged and shown, without an exception`,
		async () => {
			const seen = { judged: 0, refused: 0, failed: 0 };
			await fc.assert(
				fc.asyncProperty(fc.nat(recorded.length - 1), randomEdits, async (index, changes) => {
					const one = recorded[index] as Recorded;
					const accepted = acceptedObservation(
						`{"type":"report","nonce":"","observation":${applyEdits(one.observation, changes)}}`,
					);
					// The machine that asked for a report refuses one without a call of its run.
					const { calls } = one.observation;
					if (accepted === null || !Object.keys(calls).every((name) => Object.hasOwn(accepted.calls, name))) {
						seen.refused += 1;
						return;
					}
					expectPlain(accepted);
					seen.judged += 1;
					seen.failed += (await judgedAndShown(one, accepted)) ? 0 : 1;
				}),
				{ seed, numRuns: DOCUMENT_RUNS },
			);
			expect(seen.judged).toBeGreaterThan(DOCUMENT_RUNS / 4);
			expect(seen.refused).toBeGreaterThan(DOCUMENT_RUNS / 20);
			expect(seen.failed).toBeGreaterThan(DOCUMENT_RUNS / 100);
		},
		TIMEOUT_MS,
	);
});

function acceptedObservation(report: string): Observation | null {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(Buffer.byteLength(report));
	try {
		const [frame] = new GuestFrameDecoder().push(Buffer.concat([length, Buffer.from(report)]));
		return frame?.type === "report" ? frame.observation : null;
	} catch (error) {
		if (error instanceof ProtocolError) return null;
		throw error;
	}
}

/** @returns whether it passes */
async function judgedAndShown({ check, drawn, reference, file, map }: Recorded, observation: Observation) {
	const { thrown, ...assessed } = assess(check, observation, drawn, reference);
	const passes = assessed.findings.length === 0;
	const context = contextOf(check, observation, drawn);
	const verdict: Verdict = allPrintable({
		...{ schemaVersion: 1, lesson: "", verdict: passes ? "pass" : "fail", file, did: "", engine: null },
		...assessed,
		parts: partResults(check, context, reference.facts, assessed.findings),
		groups: groupResults(check, context, reference.facts, assessed.findings),
		...{ thrownAt: thrown === null ? null : placeOfException(thrown.stack, map, file), typeErrors: [], drawn },
		...{ output: { stdout: "", stderr: "" }, vm: { accelerator: "tcg", restored: true, processorShare: 1 } },
		...{ durationMs: 0, stagesMs: observation.stageMs },
	});
	for (const { host, commands } of Object.values(observation.moments))
		for (const command of Object.values(commands)) if (command !== null) compareWithHost(host, command);
	const texts = [await report(verdict, "", "", PLAIN), trace(verdict, PLAIN), JSON.stringify(judgementOf(verdict))];
	for (const text of texts) expect(text).toBeTypeOf("string");
	expect(JSON.parse(JSON.stringify(verdict.findings))).toHaveLength(verdict.findings.length);
	return passes;
}

function cut(whole: Buffer, at: readonly number[]): Buffer[] {
	const places = [0, ...at.map((place) => Math.floor(place * whole.length)).sort((a, b) => a - b), whole.length];
	return places.slice(1).map((end, index) => whole.subarray(places[index], end));
}

/** Checks without the schemas that a value is plain data, and neither long nor deep. */
function expectPlain(value: unknown, depth = 0): void {
	if (typeof value === "string") bound("a text", value.length, 2 << 20);
	if (typeof value !== "object" || value === null) return;
	bound("a depth", depth, 600);
	const prototype: unknown = Object.getPrototypeOf(value);
	if (prototype !== Object.prototype && prototype !== Array.prototype) throw new Error("a prototype of its own");
	if (Object.hasOwn(value, "__proto__")) throw new Error("a key __proto__");
	if (Array.isArray(value)) bound("a list", value.length, 4096);
	for (const part of Object.values(value)) expectPlain(part, depth + 1);
}

function bound(what: string, length: number, most: number): void {
	if (length > most) throw new Error(`${what} of ${length}`);
}

function heapUsed(): number {
	setFlagsFromString("--expose-gc");
	(runInNewContext("gc") as () => void)();
	return process.memoryUsage().heapUsed;
}
