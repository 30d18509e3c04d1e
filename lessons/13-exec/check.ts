import { DURING, defineCheck } from "../../harness/judge/index.ts";
import { deriveFacts } from "./facts.ts";
import { lifetimeRules } from "./lifetime.ts";
import { limitRules } from "./limits.ts";
import { placeRules } from "./place.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, EXEC, scenarioOf } from "./scenario.ts";

export default defineCheck({
	module: "enter-container.ts",
	exported: "enterContainer",
	weight: 15,
	groups: [
		{ title: "the container's processes", points: 3, facts: ["exec.pid", "exec.end"] },
		{ title: "its other namespaces, its root", points: 3, facts: ["exec.namespaces", "exec.root"] },
		{ title: "its cgroup and its limits", points: 3, facts: ["exec.cgroup", "hog"] },
		{
			title: "a working directory, and only one in the container",
			points: 3,
			facts: ["exec.workdir", "workdir.outside"],
		},
		{
			title: "no files of the host open, and nothing left",
			points: 2,
			facts: ["exec.descriptors", "zombies", "container"],
			onlyWith: ["the container's processes", "its other namespaces, its root"],
		},
	],
	lessonSummary:
		"A container is entered by joining what it consists of: its namespaces, by a descriptor of one of its processes, and its cgroup. A PID namespace takes a fork. And what the engine has open on the host must not be reached by a name that the container has chosen.",
	primary: { call: EXEC, moment: DURING },
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveFacts,
	facts: [...placeRules, ...limitRules, ...lifetimeRules],
	exceptions: refusals,
});
