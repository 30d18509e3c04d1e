import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";
import { part } from "../../solutions/part.ts";

export { run } from "../../solutions/box.ts";

/** Stands for what later lessons build: there is something to enter, and the kernel can refuse it. */
part<{ hostname: string }>({
	when: "hostname",
	enter: ({ hostname }) => {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		sethostname(hostname);
	},
});
