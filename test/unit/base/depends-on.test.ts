import { describe, expect, test } from "vitest";
import {
	GUEST_FOLDERS,
	GUEST_PACKAGES,
	lessonKey,
	observationKey,
	verdictKey,
} from "../../../harness/base/depends-on.ts";
import { lessons, loadCheck } from "../../../harness/judge/lessons.ts";
import { requestWithPlaceholders } from "../../../harness/judge/request.ts";
import { bundlePrograms } from "../../../harness/vm/image/guest-programs.ts";

const ALL = await lessons();

test("all sources of the guest's programs are in the guest's folders, or in one of its packages", async () => {
	const { sources } = await bundlePrograms();
	expect(sources).toContain("harness/guest/agent.ts");
	const folders = [...GUEST_FOLDERS, ...GUEST_PACKAGES.map((name) => `node_modules/${name}`)];
	expect(sources.filter((file) => !folders.some((folder) => file.startsWith(`${folder}/`)))).toEqual([]);
});

test("every lesson has a key of its own, which is the same each time", async () => {
	const names = async () => Promise.all(ALL.map(({ id }) => lessonKey(id)));
	expect(await names()).toEqual(await names());
	expect(new Set(await names()).size).toBe(ALL.length);
});

test("a verdict's key differs by lesson and by the reference's program", async () => {
	const [one, same, other, program] = await Promise.all([
		verdictKey("02-unshare", "code"),
		verdictKey("02-unshare", "code"),
		verdictKey("03-chroot", "code"),
		verdictKey("02-unshare", "other code"),
	]);
	expect(one).toBe(same);
	expect(new Set([one, other, program]).size).toBe(3);
});

describe("observationKey", () => {
	const of = { image: "image", lesson: "02-unshare", program: "code", scenario: { steps: [] } };

	test.each([
		{ image: "another" },
		{ lesson: "03-chroot" },
		{ program: "other code" },
		{ scenario: { steps: [{ do: "look" }] } },
	])("differs if this part differs: %j", (other) => {
		expect(observationKey(of)).toBe(observationKey({ ...of }));
		expect(observationKey({ ...of, ...other })).not.toBe(observationKey(of));
	});

	test.each(ALL)("does not depend on the values drawn for a run of $id", async (lesson) => {
		const check = await loadCheck(lesson);
		expect(requestWithPlaceholders(check)).toEqual(requestWithPlaceholders(check));
	});
});
