import { expect, test } from "vitest";
import { noteOnKill } from "../../../../harness/cli/session/run.ts";

test("a container that SIGKILL ended gets a note, if it had a limit of memory", () => {
	expect(noteOnKill(137, "2M")).toMatch(/SIGKILL.*--memory 2M/);
	expect(noteOnKill(137, undefined)).toBe("");
	expect(noteOnKill(1, "2M")).toBe("");
	expect(noteOnKill(0, "2M")).toBe("");
});
