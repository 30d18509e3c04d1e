import { describe, expect, test } from "vitest";
import { deriveFacts, leavesInit } from "../../../lessons/05-pid1/facts.ts";
import { deliveryTo, lastLineTo } from "../../../lessons/05-pid1/measured.ts";
import {
	EXITS,
	KILLED,
	lastLineExitCode,
	lastLineSignal,
	ORPHANS_CODE,
	SIGNALS,
	signalsFor,
} from "../../../lessons/05-pid1/scenario.ts";
import { hostState, observation } from "../../support/observation.ts";

// What lesson 05 concludes from pending signals, and from the way in which a container ended.

const drawn = { signals: "signals-fbd7b905", lastExitCode: "exit-code-3c1aeb07", lastSignal: "signal-0f7c39a6" };
const mask = (...numbers: number[]) => numbers.reduce((sum, n) => sum + 2 ** (n - 1), 0).toString(16);
const NUMBERS: Record<string, number> = {
	...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15, SIGUSR1: 10, SIGUSR2: 12, SIGCONT: 18, SIGWINCH: 28 },
};
const all = (name: typeof EXITS | typeof KILLED) => signalsFor(drawn)[name].map((signal) => NUMBERS[signal] ?? 0);
const delivery = (command: string | null, other = "0", orphan: "reaped" | "none" = "reaped") => ({
	...{ command, init: true, ownInit: true, orphan },
	others: [{ comm: "sh", state: "S", pending: other }],
});
const RIGHT = { [EXITS]: delivery(mask(...all(EXITS))), [KILLED]: delivery(mask(...all(KILLED))) };
const named = (measured: Record<string, object>, nameOf: (container: string) => string) =>
	Object.fromEntries(Object.entries(measured).map(([container, one]) => [nameOf(container), one]));
const facts = (deliveries: Record<string, ReturnType<typeof delivery>>) =>
	deriveFacts(observation({ measured: named(deliveries, deliveryTo) }), drawn);

test("each of the signals goes to one of the two containers, four to each, drawn at random", () => {
	const { [EXITS]: one, [KILLED]: other } = signalsFor(drawn);
	expect([one.length, other.length]).toEqual([4, 4]);
	expect([...one, ...other].toSorted()).toEqual([...SIGNALS].toSorted());
	expect(signalsFor({ signals: "signals-01234567" })).not.toEqual(signalsFor({ signals: "signals-76543210" }));
});

describe("signals", () => {
	test("that are all pending for the command only are neither lost nor astray", () => {
		expect(facts(RIGHT)).toMatchObject({ "signals.lost": [], "signals.strayed": [] });
	});

	test("that are not pending are lost", () => {
		const lost = { ...RIGHT, [EXITS]: delivery("0") };
		expect(facts(lost)["signals.lost"]).toEqual(signalsFor(drawn)[EXITS]);
	});

	test("that were not sent to it are astray, even if they were sent to another container", () => {
		const both = { ...RIGHT, [EXITS]: delivery(mask(...all(EXITS), ...all(KILLED))) };
		expect(facts(both)["signals.strayed"]).toHaveLength(4);
	});

	test("that are pending for the command's child are astray", () => {
		const child = { ...RIGHT, [KILLED]: delivery(mask(...all(KILLED)), mask(15)) };
		expect(facts(child)["signals.strayed"]).toEqual(["SIGTERM, to the command's child"]);
	});

	test("that could not be sent, or found no command, are never right", () => {
		const dead = { ...RIGHT, [KILLED]: delivery(null) };
		for (const deliveries of [{}, { [EXITS]: RIGHT[EXITS] }, dead])
			expect(facts(deliveries)).toMatchObject({
				"signals.lost": expect.any(String),
				"signals.strayed": expect.any(String),
			});
	});

	test("say nothing of SIGCHLD without an orphan that has ended", () => {
		const none = { ...RIGHT, [EXITS]: delivery(mask(...all(EXITS)), "0", "none") };
		expect(facts(none)["signals.strayed"]).toMatch(/^unknown/);
	});
});

describe("how a container ends after its command has got its last line", () => {
	const ended = (
		value: unknown,
		lastLine: { ended: boolean; orphans: number } | null = { ended: true, orphans: 1 },
	) => {
		const container = {
			ending: { how: "returned" as const, value },
			atThrow: null,
			inputTaken: false,
			stopped: null,
			ledger: [],
			writes: [],
		};
		const seen = observation({
			measured: lastLine === null ? {} : { [lastLineTo(EXITS)]: { over: true, ...lastLine } },
		});
		return deriveFacts({ ...seen, calls: { ...seen.calls, [EXITS]: container } }, drawn)["exit.code"];
	};

	test("is right with the exit code that was drawn, and with no other", () => {
		const right = ended(lastLineExitCode(drawn));
		expect(right).toBe("with the command's exit code");
		for (const value of [0, lastLineSignal(drawn), lastLineExitCode(drawn) + 1, ORPHANS_CODE, null])
			expect(ended(value)).not.toBe(right);
	});

	test("is not right if the command never got its last line, or no orphan ended with it", () => {
		for (const lastLine of [null, { ended: false, orphans: 1 }, { ended: true, orphans: 0 }])
			expect(ended(lastLineExitCode(drawn), lastLine)).not.toBe("with the command's exit code");
	});
});

test("an init is left behind while it runs, and not when it has ended, even if it waits for its processes to be reaped", () => {
	const leaves = (state: string) => {
		const init = { pid: 301, startTicks: 901, ppid: 1, comm: "box", state, nsPids: [301, 1] };
		return leavesInit({ observation: observation({ after: hostState({ tasks: [init] }) }) });
	};
	expect(["S", "R", "Z", "I"].map(leaves)).toEqual([true, true, false, false]);
});
