import { expect, test } from "vitest";
import { nearness } from "../../../../harness/classroom/submissions/near-names.ts";
import { parsePlatformName } from "../../../../harness/classroom/submissions/platform-names.ts";

test.each([
	["Isolate.TS", "same module"],
	["isolate_final.ts", "same module"],
	["isolate (1).ts", "same module"],
	["isolate-2.ts", "same module"],
	["02-isolate.ts", "same module"],
	["isolate.ts.txt", "same module"],
	["my isolate v3 final.ts", "same module"],
	["isolate.js", "similar"],
	["isolte.ts", "similar"],
	["isolate_test_helpers.ts", "similar"],
	["notes.ts", null],
	["isolate.pdf", null],
	["unshare.ts", null],
])("%s is, for isolate.ts: %s", (file, expected) => {
	expect(nearness(file, "isolate.ts", "02-unshare")).toBe(expected);
});

test.each([
	["enter_root.ts", "enter-root.ts", "04-pivot-root", "same module"],
	["enterRoot.ts", "enter-root.ts", "04-pivot-root", "same module"],
	["pid1.ts", "pid1.ts", "05-pid1", "same module"],
	["pid1-2.ts", "pid1.ts", "05-pid1", "same module"],
	["cgroup.ts", "chroot.ts", "03-chroot", null],
	["image.ts", "pid1.ts", "05-pid1", null],
])("%s is, for %s of %s: %s", (file, module, id, expected) => {
	expect(nearness(file, module, id)).toBe(expected);
});

test.each([
	["Jane Doe_12345_assignsubmission_file_isolate.ts", "Jane Doe_12345", "isolate.ts", null],
	["Jane Doe_12345_assignsubmission_file_", "Jane Doe_12345", "", null],
	["doejane_12345_67890_isolate-1.ts", "doejane_12345", "isolate-1.ts", false],
	["doejane_LATE_12345_67890_hand_in.zip", "doejane_12345", "hand_in.zip", true],
	["Homework 2_jdoe_attempt_2026-11-30-17-05-00_isolate.ts", "jdoe", "isolate.ts", null],
	["Homework 2_jdoe_attempt_2026-11-30-17-05-00.txt", "jdoe", "", null],
	["12345-678 - Jane Doe - Nov 30, 2026 505 PM - isolate.ts", "Jane Doe_12345", "isolate.ts", null],
])("%s is from %s", (name, owner, file, isLate) => {
	expect(parsePlatformName(name)).toMatchObject({ owner, file, isLate });
});

test("a later attempt sorts after an earlier one", () => {
	const attempts = ["Nov 9, 2026 1205 PM", "Nov 30, 2026 905 AM", "Nov 30, 2026 505 PM"];
	const sorted = attempts.map((time) => parsePlatformName(`1-2 - Jane - ${time} - isolate.ts`)?.submittedAt ?? "");
	expect(sorted.toSorted()).toEqual(sorted);
});

test.each(["alice", "isolate.ts", "alice_isolate.ts", "lab_2_final", "02-unshare", "grades.csv"])(
	"%s is no platform's name",
	(name) => {
		expect(parsePlatformName(name)).toBeNull();
	},
);
