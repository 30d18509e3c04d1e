import { describe, expect, test } from "vitest";
import { type Check, type Explanation, FAILED_START, type FactRule } from "../../../harness/judge/check.ts";
import { compare } from "../../../harness/judge/compare.ts";
import { contextOf } from "../../../harness/judge/context.ts";
import { deriveFacts } from "../../../harness/judge/facts.ts";
import type { FactValue } from "../../../harness/judge/values.ts";
import type { CallReport, Ending, LedgerCall, Observation } from "../../../harness/protocol/index.ts";
import { hostState, observation, processState } from "../../support/observation.ts";

const explanation = (diagnosis: string, when?: Explanation["when"]): Explanation => ({
	diagnosis,
	...(when === undefined ? {} : { when }),
	why: `because of ${diagnosis}`,
	try: "",
	see: [],
});

const check: Check = {
	module: "isolate.ts",
	exported: "isolate",
	weight: 1,
	groups: [],
	lessonSummary: "",
	draw: () => ({}),
	scenario: () => ({ does: "", prepare: [], calls: { box: { options: {} } } }),
	facts: [
		{
			fact: "command.hostname",
			madeOf: "kernel",
			what: "the hostname",
			accept: (got) => got === "also-right",
			explain: [
				explanation("not-set", ({ facts }) => facts["command.hostname"] === "harbour"),
				explanation("wrong-hostname"),
			],
		},
		{ fact: "ns.uts", madeOf: "kernel", what: "the namespace", explain: [explanation("uts-shared")] },
	],
	exceptions: [explanation("known-exception", ({ thrown }) => thrown?.message === "known")],
};

const named = (hostname: string) =>
	observation({ during: { host: hostState(), process: processState({ hostname, namespaces: { uts: "uts:[9]" } }) } });
const reference = deriveFacts(check, named("web-1"), {});

function findings(seen: Observation) {
	return compare(check, contextOf(check, seen, {}), reference);
}
const diagnoses = (seen: Observation) => findings(seen).map(({ diagnosis }) => diagnosis);

describe("facts", () => {
	test("the reference's facts give no finding", () => {
		expect(findings(named("web-1"))).toEqual([]);
	});

	test("a value that the rule accepts gives none either", () => {
		expect(findings(named("also-right"))).toEqual([]);
	});

	test("a difference gives the first explanation that fits, with both values", () => {
		expect(findings(named("web-2"))).toMatchObject([
			{ fact: "command.hostname", expected: "web-1", got: "web-2", diagnosis: "wrong-hostname" },
		]);
	});

	test("findings keep the order of the check's rules", () => {
		expect(diagnoses(observation())).toEqual(["not-set", "uts-shared"]);
	});
});

describe("what only follows from something else", () => {
	const [hostname, namespace] = check.facts as [FactRule, FactRule];
	const following: Check = { ...check, facts: [hostname, { ...namespace, isConsequence: () => true }] };
	const diagnosesOf = (seen: Observation) =>
		compare(following, contextOf(following, seen, {}), reference).map(({ diagnosis }) => diagnosis);

	test("is left out beside other findings", () => {
		expect(diagnosesOf(observation())).toEqual(["not-set"]);
	});

	test("is a finding all the same where there is no other", () => {
		const shared = { during: { host: hostState(), process: processState({ hostname: "web-1" }) } };
		expect(diagnosesOf(observation(shared))).toEqual(["uts-shared"]);
	});
});

describe("a fact that follows from another one", () => {
	const [hostname, namespace] = check.facts as [FactRule, FactRule];
	const followsOf = (seen: Observation, ...rules: FactRule[]) => {
		const following: Check = { ...check, facts: rules };
		const found = compare(following, contextOf(following, seen, {}), deriveFacts(following, named("web-1"), {}));
		return Object.fromEntries(found.map(({ fact, followsFrom }) => [fact, followsFrom]));
	};
	const after = (followsFrom?: string[]): FactRule => ({ ...namespace, ...(followsFrom && { followsFrom }) });
	const mountNamespace = (followsFrom: string[]): FactRule => ({ ...namespace, fact: "ns.mnt", followsFrom });

	test("names it, if it is wrong, too", () => {
		expect(followsOf(observation(), hostname, after(["command.hostname"]))).toEqual({
			"command.hostname": [],
			"ns.uts": ["command.hostname"],
		});
	});

	test("may name it only if it has a certain diagnosis", () => {
		const [right, other] = ["command.hostname/not-set", "command.hostname/wrong-hostname"];
		expect(followsOf(observation(), hostname, after([right]))).toMatchObject({ "ns.uts": ["command.hostname"] });
		expect(followsOf(observation(), hostname, after([other]))).toMatchObject({ "ns.uts": [] });
	});

	test("names nothing, if that fact is right", () => {
		const shared = { during: { host: hostState(), process: processState({ hostname: "web-1" }) } };
		expect(followsOf(observation(shared), hostname, after(["command.hostname"]))).toEqual({ "ns.uts": [] });
	});

	test("names the finding that is shown in the place of one with the same explanation", () => {
		const process = processState({ hostname: "web-1" });
		const seen = observation({ during: { host: hostState(), process } });
		const last: FactRule = { ...hostname, fact: "command.queues", followsFrom: ["ns.mnt"] };
		const reference = { ...deriveFacts(check, named("web-1"), {}), "ns.mnt": "new", "command.queues": "none" };
		const following: Check = { ...check, facts: [after(), mountNamespace([]), last] };
		const found = compare(following, contextOf(following, seen, {}), reference);
		expect(found.map(({ fact, followsFrom }) => [fact, followsFrom])).toEqual([
			["ns.uts", []],
			["command.queues", ["ns.uts"]],
		]);
	});

	test("what was read while the command ran follows only from what went wrong before the command's end", () => {
		const during = { host: hostState(), process: processState({ hostname: "web-2" }) };
		const threw: Ending = { how: "threw", thrown: { name: "Error", message: "known", stack: "" }, inChild: false };
		const hung: Ending = { how: "hung", tasks: [], waitsIn: {} };
		const waited: LedgerCall = { task: "1", call: "waitpid", args: {}, result: 9 };
		const follows = (ending: Ending, ledger: LedgerCall[], followsFrom?: string[]) => {
			const seen = observation({ during, ending });
			const [name, box] = Object.entries(seen.calls)[0] as [string, CallReport];
			const rule: FactRule = { ...hostname, ...(followsFrom && { followsFrom }) };
			return followsOf({ ...seen, calls: { [name]: { ...box, ledger } } }, rule)["command.hostname"];
		};
		expect(follows(hung, [waited])).toEqual(["ending"]);
		expect(follows(hung, [], [FAILED_START])).toEqual([]);
		expect(follows(threw, [waited], [FAILED_START])).toEqual([]);
		expect(follows(threw, [], [FAILED_START])).toEqual(["ending"]);
		expect(follows({ how: "asynchronous" }, [waited], [FAILED_START])).toEqual(["ending"]);
	});

	test("follows from an early end, unless it says otherwise, and not from a wrong exit code", () => {
		const left: FactRule = { ...namespace, fact: "host.mounts.after" };
		const more = hostState({ mounts: [...hostState().mounts, { ...hostState().mounts[0], id: 99 } as never] });
		const threw: Ending = { how: "threw", thrown: { name: "Error", message: "known", stack: "" }, inChild: true };
		const early = observation({ during: null, after: more, ending: threw });
		expect(followsOf(early, left)).toEqual({ ending: [], "host.mounts.after": ["ending"] });
		expect(followsOf(early, { ...left, followsFrom: [] })).toEqual({ ending: [], "host.mounts.after": [] });
		const during = { host: hostState(), process: processState({ hostname: "web-1" }) };
		const late = observation({ during, after: more, ending: { how: "returned", value: 9 } });
		expect(followsOf(late, left)).toEqual({ ending: [], "host.mounts.after": [] });
	});
});

describe("what is missing", () => {
	const unread = (from: Record<string, FactValue>, ...names: string[]) =>
		Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
	const context = contextOf(check, named("web-1"), {});

	test("a fact that could not be read is a finding", () => {
		const lacking = { ...context, facts: unread(context.facts, "ns.uts") };
		expect(compare(check, lacking, reference)).toMatchObject([{ fact: "ns.uts", diagnosis: "unmeasured" }]);
	});

	test("a fact that could not be read after an exception is no finding: the exception says why", () => {
		const thrown = { name: "Error", message: "known", stack: "" };
		const seen = contextOf(check, observation({ during: null, ending: { how: "threw", thrown, inChild: true } }), {});
		expect(compare(check, seen, reference).map(({ diagnosis }) => diagnosis)).toEqual(["known-exception"]);
	});

	test("a fact that neither this run nor the reference shows is never equal: the reference has to show it", () => {
		const lacking = { ...context, facts: unread(context.facts, "ns.uts") };
		expect(() => compare(check, lacking, unread(reference, "ns.uts"))).toThrow("the reference shows no fact ns.uts");
	});
});

describe("endings", () => {
	const ended = (ending: Ending, ledger: LedgerCall[] = []) =>
		diagnoses(
			observation({
				during: null,
				calls: { box: { ending, ledger, atThrow: null, inputTaken: false, stopped: null, writes: [] } },
			}),
		);
	const threw = (
		message: string,
		syscall?: { call: string; args: Record<string, string>; code: string; errno: number },
	) =>
		ended({
			how: "threw",
			inChild: true,
			thrown: { name: "Error", message, stack: "", ...(syscall === undefined ? {} : { syscall }) },
		});
	const open = (task: string, call: string): LedgerCall => ({ task, call, args: { pid: "7" } });

	test.each<[string, Ending, string]>([
		["returns, but never ran its command", { how: "returned", value: 0 }, "command-never-ran"],
		["has a child that returns", { how: "child-returned" }, "child-returned"],
		["returns a promise", { how: "asynchronous" }, "asynchronous"],
		["ends itself", { how: "exited", code: 3, signal: null }, "exited-early"],
		["runs until its time is up", { how: "hung", tasks: [], waitsIn: {} }, "never-ends"],
	])("a program that %s", (_what, ending, diagnosis) => {
		expect(ended(ending)).toEqual([diagnosis]);
	});

	test("a program that ran out of time while it printed much may only have printed too much", () => {
		const hung = (stdout: number) =>
			findings(
				observation({
					during: null,
					ending: { how: "hung", tasks: [], waitsIn: {} },
					outputBytes: { stdout, stderr: 0 },
				}),
			);
		expect(hung(41_610)).toMatchObject([{ diagnosis: "never-ends", try: expect.stringContaining("Print less") }]);
		expect(hung(41_610)[0]?.explanation).toContain("41610 bytes");
		expect(hung(1_000)).toMatchObject([{ diagnosis: "never-ends", try: expect.not.stringContaining("Print") }]);
	});

	test("if the command's input was taken, a second process that became the command is the reason; without one, the reason is open", () => {
		const taken = (...started: string[]) =>
			diagnoses(
				observation({
					during: { host: hostState(), process: processState({ hostname: "web-1", namespaces: { uts: "uts:[9]" } }) },
					calls: {
						box: {
							ending: { how: "returned", value: 0 },
							ledger: started.map((argv, index) => ({ task: `1.${index}`, call: "execve", args: { argv } })),
							...{ atThrow: null, inputTaken: true, stopped: null, writes: [] },
						},
					},
				}),
			);
		const command = '["sh", "-c", "a", "drydock-0123abcd"]';
		expect(taken(command, command)).toEqual(["command-runs-twice"]);
		expect(taken('["cat"]', command)).toEqual(["input-taken"]);
		expect(taken('["cat"]', '["cat"]', command)).toEqual(["input-taken"]);
	});

	test("an exception that the check knows comes before an unknown one", () => {
		expect(threw("known")).toEqual(["known-exception"]);
		expect(threw("unknown")).toEqual(["exception"]);
		expect(threw("x", { call: "mount", args: {}, code: "EPERM", errno: 1 })).toEqual(["refused-call"]);
	});

	test("a program that hangs in several calls is reported with the deepest one", () => {
		const ledger = [open("1", "waitpid"), open("1.1", "waitpid")];
		const box: CallReport = {
			ending: { how: "hung", tasks: [], waitsIn: {} },
			ledger,
			atThrow: null,
			inputTaken: false,
			stopped: null,
			writes: [],
		};
		const seen = observation({ during: null, calls: { box } });
		expect(findings(seen)).toMatchObject([
			{ diagnosis: "hangs-in-call", explanation: expect.stringContaining("waitpid(7)") },
		]);
	});

	test("the engine's own wait is no hanging call, and neither is a command that was started", () => {
		expect(ended({ how: "hung", tasks: [], waitsIn: {} }, [open("1", "waitpid"), open("1.1", "execve")])).toEqual([
			"never-ends",
		]);
	});

	test("a command that the kernel refused is reported with the kernel's error", () => {
		const refused: LedgerCall = {
			task: "1.1",
			call: "execve",
			args: { pathname: '"/bin/sh"', argv: '["sh", "drydock-0123abcd"]' },
			error: "ENOENT",
		};
		expect(ended({ how: "returned", value: 127 }, [refused])).toEqual(["command-refused"]);
	});

	test("memory that ran out is reported from the kernel's own count", () => {
		const seen = observation({
			during: null,
			ending: { how: "returned", value: 137 },
			after: hostState({ oomKills: 1 }),
		});
		expect(diagnoses(seen)).toEqual(["out-of-memory"]);
		expect(ended({ how: "returned", value: 137 })).toEqual(["killed-before-command"]);
	});

	test("a command that ran and gave another exit code is a finding, and its facts are compared too", () => {
		const { calls } = observation({ ending: { how: "returned", value: 9 } });
		const seen = { ...named("web-2"), calls };
		expect(findings(seen)).toMatchObject([
			{ diagnosis: "wrong-ending", expected: "returned 0", got: "returned 9" },
			{ diagnosis: "wrong-hostname" },
		]);
	});
});

test("a fact whose explanations all have conditions is an error of the check", () => {
	const careless = { ...check, facts: [{ ...check.facts[1], explain: [explanation("x", () => false)] } as FactRule] };
	const context = contextOf(check, observation(), {});
	expect(() => compare(careless, context, reference)).toThrow("a check has a fact without an explanation");
});
