import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { contextOf } from "../../../harness/judge/context.ts";
import { findLesson, loadCheck } from "../../../harness/judge/lessons.ts";
import { drawInputs } from "../../../harness/judge/random.ts";
import { ImageReading } from "../../../harness/readings/images.ts";
import type { ImageChange } from "../../../lessons/09-scratch/image-change.ts";
import { contentsOf } from "../../../lessons/09-scratch/programs.ts";
import { observation } from "../../support/observation.ts";

/**
 * How the host judges an image's documents. Whatever they contain, it finds facts and explanations, and throws nothing.
 */

const check = await loadCheck(await findLesson("09"));
const drawn = drawInputs(check);

const DIGEST = "ab".repeat(32);

// Values of the wrong form, for documents that have the right names.
const odd = fc.oneof(
	fc.jsonValue({ maxDepth: 3 }),
	fc.constantFrom(
		{ toString: null },
		{ toString: 1, valueOf: null },
		{ length: -1 },
		[],
		"sha256:",
		`sha256:${DIGEST}`,
		"‹image›",
	),
);
const named = (...keys: string[]) =>
	fc.dictionary(fc.constantFrom(...keys, "__proto__", "constructor"), odd, { noNullPrototype: true });
const descriptor = fc.oneof(odd, named("mediaType", "digest", "size"));
const document = fc.oneof(
	fc.record(
		{ schemaVersion: odd, config: descriptor, layers: fc.oneof(odd, fc.array(descriptor, { maxLength: 3 })) },
		{ requiredKeys: [] },
	),
	fc.record(
		{ os: odd, architecture: odd, config: named("Cmd", "Entrypoint", "Env"), rootfs: named("type", "diff_ids") },
		{ requiredKeys: [] },
	),
	odd,
);
const file = fc.record({
	path: fc.oneof(
		fc.constantFrom("manifest.json", "command.json", "root/a"),
		fc.constant(`blobs/sha256/${DIGEST}`),
		fc.string({ maxLength: 20 }),
	),
	kind: fc.constantFrom("file", "directory", "other"),
	size: fc.nat(),
	sha256: fc.constantFrom("", DIGEST),
	document: fc.option(
		fc.oneof(
			document.map((value) => JSON.stringify(value) ?? ""),
			fc.string(),
		),
	),
	archive: fc.constant(null),
});
const ENTRY = { kind: "file", size: 1, sha256: DIGEST, document: null, archive: null } as const;
const reading = fc.option(fc.record({ files: fc.array(file, { maxLength: 5 }) }));

test("every image has facts and explanations, whatever it contains", () => {
	fc.assert(
		fc.property(fc.array(reading, { minLength: 20, maxLength: 20 }), (readings) => {
			const images = Object.fromEntries(
				Object.values(drawn)
					.filter((value) => value.startsWith("/lab/image"))
					.map((path, index) => [path, [readings[index % readings.length] ?? null]]),
			);
			for (const one of readings) expect(one === null || v.is(ImageReading, one)).toBe(true);
			const run = observation({ images });
			const context = contextOf(check, run, drawn);
			const { facts } = context;
			for (const { fact, explain, accept } of check.facts) {
				// As when facts are compared: an accepted fact is not explained.
				if (facts[fact] === undefined || accept?.(facts[fact], context) === true) continue;
				for (const { when, why } of explain) if (when?.(context) !== false && typeof why !== "string") why(context);
			}
		}),
		{ numRuns: 60 },
	);
});

test("every fact is in one of the two parts", () => {
	const inParts = (check.parts ?? []).flatMap(({ facts }) => facts);
	expect(inParts.toSorted()).toEqual(check.facts.map(({ fact }) => fact).sort());
});

describe("what the skeleton's buildImage makes", () => {
	const SKELETON = [
		{ ...ENTRY, path: "command.json" },
		{ ...ENTRY, path: "root/bin/program" },
	];
	const programsOf = (first: ImageReading["files"]) => {
		const images = { [drawn["image"] ?? ""]: [{ files: first }], [drawn["script"] ?? ""]: [{ files: SKELETON }] };
		return contentsOf(observation({ images }), drawn, "script");
	};

	test("counts as an image's content, so that the programs are judged", () => {
		expect(programsOf(SKELETON)).toEqual([{ name: "program", sha256: DIGEST }]);
	});

	test.each(["manifest.json", `blobs/sha256/${DIGEST}`])("no longer counts once the first image has %s", (path) => {
		expect(programsOf([...SKELETON, { ...ENTRY, path }])).toEqual([]);
	});
});

test("only some runs make the good copy first, and no two copies share any content", () => {
	const runs = Array.from({ length: 64 }, () => drawInputs(check)).map((values) => ({
		values,
		made: (check.scenario(values).steps ?? []).flatMap((step) => {
			if (step.do !== "measure" || step.with !== "copyImage") return [];
			const [, to, change] = step.args as [string, string, ImageChange];
			return [{ to, change }];
		}),
	}));
	const places = runs.map(({ values, made }) => made.findIndex(({ to }) => to === values["good"]));
	expect(new Set(places).size).toBeGreaterThan(1);
	const differ = runs.filter(({ made }) => {
		const words = made.flatMap(({ change }) => [
			...change.configWords,
			...(change.layerWords ?? []),
			...(change.addedLayerWords ?? []),
			...change.corruptedWords,
		]);
		const all = words.map(([, replacement]) => replacement);
		return new Set(all).size === all.length;
	});
	// A few runs may have equal words: five digits can be the same by chance.
	expect(differ.length).toBeGreaterThan(60);
});
