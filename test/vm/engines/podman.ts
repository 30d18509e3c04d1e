import { beforeAll, describe, expect, test } from "vitest";
import { DIFFERENT, SAME } from "./podman-cases.ts";
import { playWithBoth, type Results } from "./two-engines.ts";

// podman, Docker's twin, with the same options and conventions: the same commands must have the same effects.

describe("box and podman", () => {
	let results: Record<string, Results> = {};
	beforeAll(async () => {
		const different = Object.entries(DIFFERENT).map(([name, { script }]) => [name, script] as const);
		// Those that differ come last: what podman leaves of them must not change the others.
		results = await playWithBoth({ ...SAME, ...Object.fromEntries(different) });
	}, 1_800_000);

	test.each(Object.keys(SAME))("do the same: %s", (name) => {
		const { box, podman, ...errors } = results[name] ?? {};
		expect(box, JSON.stringify(errors)).toBeDefined();
		expect(box, JSON.stringify(errors)).toBe(podman);
	});

	test.each(Object.entries(DIFFERENT))("differ: %s", (name, { box, podman }) => {
		expect(results[name]).toMatchObject({ box: `${box}\n`, podman: `${podman}\n` });
	});
});
