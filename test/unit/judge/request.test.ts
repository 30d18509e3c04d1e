import { describe, expect, test } from "vitest";
import type { Check, PlannedCall, Scenario } from "../../../harness/judge/check.ts";
import { lessons, loadCheck } from "../../../harness/judge/lessons.ts";
import { drawInputs } from "../../../harness/judge/random.ts";
import { requestFor } from "../../../harness/judge/request.ts";
import type { Call, Step } from "../../../harness/protocol/index.ts";

const PROGRAM = { code: "", map: "", files: [] } as unknown as Parameters<typeof requestFor>[1];
const checkWith = (scenario: Partial<Scenario> = {}) =>
	({
		draw: () => ({}),
		scenario: () => ({ does: "", prepare: [], calls: { box: { options: {} } }, ...scenario }),
	}) as unknown as Check;

const ALL = await lessons();

describe("the exit code of the command", () => {
	test("is drawn for every run", () => {
		const drawn = Array.from({ length: 50 }, () => drawInputs(checkWith())["exitCode"]);
		expect(new Set(drawn).size).toBeGreaterThan(5);
	});

	test("is in the line that ends the container, and in no other", () => {
		const { steps } = requestFor(checkWith(), PROGRAM, { exitCode: "41" });
		expect(steps.map((step) => ("line" in step ? step.line : ""))).toEqual(["", "", "41"]);
	});

	test("does not replace a line that a step of the check has", () => {
		const { steps } = requestFor(
			checkWith({ steps: [{ do: "feed", call: "box", line: "x", last: true }] }),
			PROGRAM,
			{},
		);
		expect(steps).toEqual([{ do: "feed", call: "box", line: "x", last: true }]);
	});

	test.each(ALL)("is in nothing that the exercise of $id gets", async (lesson) => {
		const check = await loadCheck(lesson);
		const drawn = { ...drawInputs(check), exitCode: "987654321" };
		const { calls, prepare } = requestFor(check, PROGRAM, drawn);
		expect(JSON.stringify([calls, prepare])).not.toContain("987654321");
	});
});

describe("a planned call", () => {
	const requested = (call: PlannedCall, check: Partial<Check> = {}) =>
		requestFor({ ...checkWith({ calls: { enter: call } }), ...check }, PROGRAM, { exitCode: "41" });

	test("calls run with a shell that waits, by default", () => {
		const { export: name, args, token } = requested({ options: { hostname: "x" } }).calls["enter"] as Call;
		expect(name).toBe("run");
		expect(args).toEqual([
			{ hostname: "x", command: ["/bin/sh", "-c", expect.stringContaining("pause; exit"), token] },
		]);
	});

	test("calls the export that it names, with a command of its own that has the token", () => {
		const command = (token: string): [string, string] => ["/bin/x", token];
		const { export: name, args, token } = requested({ export: "enter", options: {}, command }).calls["enter"] as Call;
		expect([name, args]).toEqual(["enter", [{ command: ["/bin/x", token] }]]);
	});

	test("without a command is made with its options alone", () => {
		const { args, token } = requested({ options: { tag: "t" }, command: "none", until: "returns" }).calls[
			"enter"
		] as Call;
		expect(args).toEqual([{ tag: "t" }]);
		expect(token).not.toBe("");
	});

	test("says which user makes it, with which streams, and until when", () => {
		const how = {
			as: { uid: 1000, gid: 1000 },
			stdio: "none",
			until: "returns",
			asynchronous: true,
			says: "> ",
		} as const;
		expect(requested({ options: {}, ...how }).calls["enter"]).toMatchObject(how);
	});

	test("that is the primary one is made, observed and sent the exit code", () => {
		const primary = { call: "enter", moment: "inside" };
		expect(requested({ options: {} }, { primary }).steps).toEqual([
			{ do: "call", call: "enter" },
			{ do: "look", as: "inside" },
			{ do: "feed", call: "enter", line: "41", last: true },
		]);
	});

	test("that is not the primary one is sent no exit code", () => {
		const last = (call: string): Step => ({ do: "feed", call, last: true });
		const steps = [last("enter"), last("box")];
		const check = checkWith({ calls: { box: { options: {} }, enter: { options: {} } }, steps });
		expect(requestFor(check, PROGRAM, { exitCode: "41" }).steps).toEqual([
			last("enter"),
			{ ...last("box"), line: "41" },
		]);
	});
});
