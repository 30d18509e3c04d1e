import { defineCheck } from "../../harness/judge/index.ts";
import { deriveFacts } from "./facts.ts";
import { idRules } from "./ids.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";
import { wallRules } from "./walls.ts";

export default defineCheck({
	module: "user-namespace.ts",
	exported: "enterUserNamespace",
	weight: 15,
	groups: [
		{ title: "root inside, an ordinary user outside", points: 5, facts: ["user.namespace", "user.ids", "powers"] },
		{ title: "a range of more users and groups", points: 5, facts: ["owners", "user.maps", "user.groups"] },
		{ title: "a user without ranges", points: 3, facts: ["alone.maps"] },
	],
	lessonSummary:
		"In a user namespace of its own, every user is root, and this root is nobody outside. The maps say which numbers of the host the numbers inside stand for. A process may map its own id; for a range, a helper that stayed outside lets a setuid program do it. Nearly all of the engine works unchanged, because the kernel asks for capabilities in the namespace that owns a thing.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveFacts,
	facts: [...idRules, ...wallRules],
	exceptions: refusals,
});
