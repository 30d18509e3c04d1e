import { defineCheck } from "../../harness/judge/index.ts";
import { bindRules } from "./bind.ts";
import { deriveVolumes } from "./facts.ts";
import { linkRules } from "./links.ts";
import { namedRules } from "./named.ts";
import { refusals } from "./refusals.ts";
import { drawInputs, scenarioOf } from "./scenario.ts";

export default defineCheck({
	module: "volumes.ts",
	exported: "mountVolumes",
	weight: 15,
	groups: [
		{
			title: "files of the host in the container",
			points: 3,
			facts: ["bind.directory", "bind.sub", "bind.file", "bind.writes", "tmpfs", "bind.nested"],
		},
		{
			title: "read-only, and only inside",
			points: 3,
			facts: ["read-only.writable", "read-only.file", "host.read-only"],
		},
		{
			title: "links of the image that lead nowhere else",
			points: 3,
			facts: ["links.places", "links.host", "links.volume"],
		},
		{
			title: "volumes with a name",
			points: 3,
			facts: ["volume.content", "volume.owners", "volume.shared", "volume.refilled"],
		},
		{
			title: "a volume in use is not removed, and any other one is",
			points: 1,
			facts: ["volume.in-use", "volume.removed", "volume.unused"],
		},
		{
			title: "a host that sees none of it",
			points: 1,
			facts: ["host.volumes", "host.propagation.after", "host.reached"],
			onlyWith: ["files of the host in the container"],
		},
	],
	lessonSummary:
		"A volume is a directory of the host that the container sees as well: a bind mount, in the container's mount namespace alone. The image decides which links are at the target, so the engine must resolve the target as the container would. A named volume is a directory that the engine fills once and keeps.",
	draw: drawInputs,
	scenario: scenarioOf,
	derive: deriveVolumes,
	facts: [...bindRules, ...linkRules, ...namedRules],
	exceptions: refusals,
});
