import { defineConfig, type Plugin } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { WORKERS } from "./test/support/own-caches.ts";

/**
 * Test files that take longest, the longest first. They begin first, so that all workers are busy until the end. After
 * them come the others: those that took longest in the last run, or have the most text if there was none.
 */
const LONGEST = [
	...["submissions", "mutants", "killed", "command", "live", "check-all", "impatience", "situations", "session"],
	...["grade", "finish"],
	...["engines", "demo", "watch", "box", "live-page", "compiler-limits", "native/processes", "rehearsals"],
	"killed-situations",
];

class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const place = ({ moduleId }: TestSpecification) => {
			const index = LONGEST.findIndex((name) => moduleId.endsWith(`/vm/${name}.test.ts`));
			return index < 0 ? LONGEST.length : index;
		};
		return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
	}
}

/** Tests whose results depend on how much of the computer their machines get, so nothing runs beside them. */
const ALONE = ["test/vm/grade-busy.test.ts", "test/vm/patience.test.ts"];

/** Test files that passed when the kit was as it is now. `test/run.ts` names them. */
const LEFT_OUT = (process.env["DRYDOCK_TESTS_LEFT_OUT"] ?? "").split(" ").filter(Boolean);

/** Builds images and fetches packages, for most of an hour, so only `npm run kits` does it. */
const KITS = {
	name: "kits",
	include: ["test/kits/**/*.test.ts"],
	testTimeout: 3_600_000,
	hookTimeout: 3_600_000,
	maxWorkers: 1,
	sequence: { groupOrder: 3 },
};
const plays = process.env["DRYDOCK_TESTS"] === "kits" ? [{ test: KITS }] : [];

/** A busy computer needs longer than vitest's own second. */
const expecting = { poll: { timeout: 30_000 } };

/** For tests that need no machine. */
const withoutMachine = {
	expect: expecting,
	// Only a test that hangs takes so long. A busy computer needs many times what a quiet one needs.
	testTimeout: 300_000,
	maxWorkers: 2,
	isolate: false,
	setupFiles: ["test/support/shared-process.ts"],
	sequence: { groupOrder: 0 },
};

const inMachines = {
	expect: expecting,
	// As above. Booting a machine takes a busy computer minutes.
	testTimeout: 600_000,
	hookTimeout: 600_000,
	// A run ends with one long file of items, which then plays two at a time. All workers together play at most one item
	// for each processor at a time: see test/support/turns.ts.
	maxConcurrency: 2,
	isolate: false,
	globalSetup: "test/support/own-caches.ts",
	setupFiles: ["test/support/own-cache.ts", "test/support/processor-time.ts"],
};

/**
 * Keeps vitest from reusing a compiled module that imports files by a pattern: the files that fit were looked up when it
 * was compiled, so a new lesson would not be found.
 */
const FRESH_PATTERNS: Plugin = {
	name: "fresh-patterns",
	configureVitest({ experimental_defineCacheKeyGenerator }) {
		experimental_defineCacheKeyGenerator(({ sourceCode }) => (sourceCode.includes("import(`") ? false : undefined));
	},
};

// "unit" runs in seconds on any system; "cli" starts drydock or other programs again and again, or tries what is made at
// random; "vm" needs QEMU and the template, which its tests share; so does "alone". "kits" plays hand-outs completely.
export default defineConfig({
	test: {
		sequence: { sequencer: LongestFirst },
		// Compiled modules are kept for the next run.
		experimental: { fsModuleCache: true },
		projects: [
			{ test: { name: "unit", include: ["test/unit/**/*.test.ts"], ...withoutMachine } },
			{ test: { name: "cli", include: ["test/cli/**/*.test.ts"], exclude: LEFT_OUT, ...withoutMachine } },
			{
				test: {
					...inMachines,
					name: "vm",
					include: ["test/vm/**/*.test.ts"],
					exclude: [...ALONE, ...LEFT_OUT],
					maxWorkers: WORKERS,
					sequence: { groupOrder: 1 },
				},
			},
			{
				test: {
					...inMachines,
					name: "alone",
					include: ALONE,
					exclude: LEFT_OUT,
					maxWorkers: 1,
					sequence: { groupOrder: 2 },
				},
			},
			...plays,
		].map((project) => ({ plugins: [FRESH_PATTERNS], ...project })),
	},
});
