import { BOX, defineCheck } from "../../harness/judge/index.ts";
import { deriveFacts } from "./facts.ts";
import { failuresOf } from "./refusals.ts";
import { otherRootRules, rootRules } from "./root.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";
import { userRules } from "./users.ts";

export default defineCheck({
	module: "capabilities.ts",
	exported: "limitPrivileges",
	weight: 15,
	groups: [
		{
			title: "root with a part of root's power",
			points: 5,
			facts: ["reached", "root.bounding", "root.held", "setuid.bounding", "exec.sets"],
		},
		{ title: "nothing of the engine's passed on", points: 2, facts: ["root.passed", "user.passed"] },
		{ title: "what another user's command keeps", points: 4, facts: ["user.ids", "user.held", "user.bounding"] },
		{ title: "a setuid program gains nothing", points: 2, facts: ["setuid", "root.no-new-privileges"] },
		{ title: "all capabilities, if they are asked for", points: 1, facts: ["privileged"] },
	],
	lessonSummary:
		"Root's power has parts, and execve decides which parts the next program has. So what counts is what the command has after execve: for root, what is in the bounding set; for another user, what is ambient; and with no_new_privs, never more than before.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveFacts,
	facts: [...rootRules, ...userRules, ...otherRootRules],
	exceptions: failuresOf(BOX),
});
