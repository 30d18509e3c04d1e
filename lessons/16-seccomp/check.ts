import { defineCheck } from "../../harness/judge/index.ts";
import { argumentRules } from "./argument-rules.ts";
import { deriveFacts } from "./facts.ts";
import { numberRules } from "./number-rules.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";

export default defineCheck({
	module: "filter.ts",
	exported: "installFilter",
	weight: 15,
	groups: [
		{
			title: "a filter for each command",
			points: 2,
			facts: ["filter.count", "filter.privileges", "entered.filter"],
		},
		{
			title: "each call by its number",
			points: 4,
			facts: ["answers", "calls.listed", "calls.others", "calls.allowed"],
		},
		{ title: "LOG and KILL", points: 2, facts: ["calls.log", "calls.kill"] },
		{ title: "no way around it by other calls", points: 2, facts: ["arch.i386", "arch.x32"] },
		{
			title: "arguments",
			points: 3,
			facts: ["args.operators", "args.mask", "args.all", "args.alternatives", "args.first", "args.number"],
		},
		{ title: "the engine's own profile", points: 1, facts: ["default.calls", "entered.calls"] },
	],
	lessonSummary:
		"Before each system call, the kernel runs a small program of your engine's, which sees the architecture, the number and the arguments, and nothing that they point to. It can only jump forward, and it can never be removed. So it comes last, and it has to know its own numbers from those of others.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveFacts,
	facts: [...numberRules, ...argumentRules],
	exceptions: refusals,
});
