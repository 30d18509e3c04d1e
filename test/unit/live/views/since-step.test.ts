import { expect, test } from "vitest";
import { limitsOf } from "../../../../harness/live/views/limits.ts";
import { namespacesOf } from "../../../../harness/live/views/namespaces.ts";
import { asEarlier } from "../../../../harness/live/views/phrases.ts";
import { sinceStep } from "../../../../harness/live/views/since-step.ts";
import { limitsSeen } from "../../../support/recorded-demos.ts";
import { viewsUpTo, withChangedView } from "../../../support/recorded-views.ts";

const CHANGE = "he container's shell now has uts and ipc namespaces of its own (hostname and message queues).";

test("a change that the last step has not made is told as an earlier one", async () => {
	const past = await viewsUpTo("unshare --uts --ipc");
	const changedMs = past.at(-1)?.atMs ?? 0;
	const later = withChangedView(past, () => {});
	const sentence = (stepFromMs: number | null) => sinceStep(namespacesOf, later, stepFromMs).latestChange;
	expect(sentence(null)).toBe(`T${CHANGE}`);
	expect(sentence(changedMs - 1)).toBe(`T${CHANGE}`);
	expect(sentence(changedMs + 1)).toBe(`Before this step: t${CHANGE.replace("now ", "")}`);
});

test("if a view knows when the change was, the same sentence again is a new change", () => {
	const demo = limitsSeen("limits");
	const until = demo.findLastIndex(({ view }) => view.host.limits["/box/web-1"]);
	const past = demo.slice(0, until + 1);
	const { latestChange, changedAtMs = 0 } = limitsOf(past);
	expect(sinceStep(limitsOf, past, changedAtMs).latestChange).toBe(latestChange);
	expect(sinceStep(limitsOf, past, changedAtMs + 1).latestChange).toMatch(/^Before this step: the kernel has refused/);
});

test("a view without any change has no sentence", async () => {
	expect(sinceStep(namespacesOf, await viewsUpTo("shells"), 1e9).latestChange).toBe("");
});

test.each([
	["The container's shell is user 0 (root) now.", "Before this step: the container's shell is user 0 (root)."],
	["It is in the foreground now: keys are for it.", "Before this step: it is in the foreground: keys are for it."],
	["", ""],
])("%j as an earlier change is %j", (change, earlier) => {
	expect(asEarlier(change)).toBe(earlier);
});
