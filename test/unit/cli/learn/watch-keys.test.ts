import { afterEach, expect, test, vi } from "vitest";
import { WatchKeys } from "../../../../harness/cli/learn/watch-keys.ts";
import type { Verdict } from "../../../../harness/judge/judge.ts";

afterEach(() => vi.unstubAllEnvs());

/** The keys after a check with this result. */
function keysAfter(verdict: "pass" | "fail" | null, endsTrack: boolean): WatchKeys {
	const lendTerminal = async (act: () => Promise<unknown>) => void (await act());
	const work = {
		lesson: { id: "09-a", title: "" },
		file: "",
		check() {},
		select: async () => {},
		lendTerminal,
		quit() {},
	};
	const result = verdict === null ? null : ({ verdict } as Verdict);
	return new WatchKeys({ ...work, endsTrack, verdict: result });
}

const lineAfter = (verdict: "pass" | "fail" | null, endsTrack: boolean) => keysAfter(verdict, endsTrack).line();

test.each([
	["passed", lineAfter("pass", false), "n next lesson · ? all keys · q quit"],
	["passed, and so have all other lessons of the track", lineAfter("pass", true), "f the finish · ? all keys · q quit"],
	["not passed", lineAfter("fail", true), "h hint · i read the lesson · t trace · ? all keys · q quit"],
])("[%s] the line of keys offers what comes next", (_, line, expected) => {
	expect(line).toBe(expected);
});

test.each([
	["kill -KILL $$; ed", "was ended by SIGKILL"],
	["exit 3; ed", "ended with exit code 3"],
])("e [the editor is %s] says that it %s", async (editor, how) => {
	vi.stubEnv("VISUAL", editor);
	await expect(keysAfter(null, false).press("e")).rejects.toThrow(`${editor} ${how}`);
});
