import { defineDemo } from "../../harness/judge/index.ts";

export default defineDemo({
	title: "Fewer system calls",
	minutes: 5,
	views: ["answers"],
	steps: [
		{
			narration: "A container without a filter.",
			stage: "container",
			command: "box run -it --security-opt seccomp=unconfined /lab/rootfs sh",
			look: "Its own root, its own processes, its own network.",
			promises: [],
		},
	],
});
