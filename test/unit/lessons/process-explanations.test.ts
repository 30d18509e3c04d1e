import { expect, test } from "vitest";
import { contextOf } from "../../../harness/judge/context.ts";
import type { CallReport, Ending } from "../../../harness/protocol/index.ts";
import check from "../../../lessons/01-process/check.ts";
import { successExplanations } from "../../../lessons/01-process/explanations.ts";
import { DONE } from "../../../lessons/01-process/scenario.ts";
import { observation } from "../../support/observation.ts";

/** What the report says of a command that exited with 0, if runCommand ended like this. */
function explained(ending: Ending): string {
	const seen = observation({});
	const [box] = Object.values(seen.calls) as [CallReport];
	const calls = { ...seen.calls, [DONE]: { ...box, ending } };
	const context = contextOf({ ...check, derive: () => ({}) }, { ...seen, calls }, { exitCode: "0" });
	const why = successExplanations.find(({ when }) => when === undefined || when(context))?.why ?? "";
	return typeof why === "string" ? why : why(context);
}

test("a success that is not reported as 0 is explained by what was returned instead", () => {
	expect(explained({ how: "returned", value: 128 })).toContain("That is 128 + 0");
	expect(explained({ how: "returned", value: 1 })).toContain("code || 1, for example, is 1");
	expect(explained({ how: "returned", value: null })).toContain("it returned null.");
	expect(explained({ how: "asynchronous" })).toContain("it returned a promise.");
});
