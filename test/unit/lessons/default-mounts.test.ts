import { describe, expect, test } from "vitest";
import { DEVICES, MASKED, mountAt, READ_ONLY } from "../../../lessons/10-mounts/facts.ts";
import * as given from "../../../solutions/given/defaults.ts";
import { mount } from "../../support/observation.ts";

// The check may not import what the engine is made of, so it has lists of its own.
test("the check looks at nothing but what the lesson's lists name", () => {
	expect(given.READ_ONLY_PATHS).toEqual(expect.arrayContaining(READ_ONLY));
	expect(given.MASKED_PATHS).toEqual(expect.arrayContaining(MASKED));
	const devices = given.DEVICES.map(({ path, major, minor }) => [path.replace("/dev/", ""), `${major}:${minor}`]);
	expect(Object.fromEntries(devices)).toEqual(DEVICES);
});

describe("the mount that a path is on", () => {
	const root = mount("/", { id: 1, parentId: 0 });
	const proc = mount("/proc", { id: 2, parentId: 1, fstype: "proc" });
	const mask = mount("/proc/kcore", { id: 3, parentId: 2 });
	const at = (path: string, ...mounts: (typeof root)[]) => mountAt({ mounts }, path)?.id;

	test("is the nearest one above it", () => {
		expect(at("/proc/kcore", root, proc, mask)).toBe(3);
		expect(at("/proc/kcores", root, proc, mask)).toBe(2);
		expect(at("/process", root, proc, mask)).toBe(1);
	});

	test("is not one that a later mount has covered", () => {
		const later = mount("/proc", { id: 4, parentId: 2, fstype: "proc" });
		expect(at("/proc/kcore", root, proc, mask, later)).toBe(4);
		const beside = mount("/proc", { id: 5, parentId: 1, fstype: "proc" });
		expect(at("/proc/kcore", root, proc, mask, beside)).toBe(5);
	});

	test("[two on the same path] is the one on top", () => {
		const top = mount("/proc/kcore", { id: 6, parentId: 3 });
		expect(at("/proc/kcore", root, proc, mask, top)).toBe(6);
	});
});
