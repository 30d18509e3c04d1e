import { CLONE_NEWIPC, CLONE_NEWUTS, sethostname, unshare } from "#kernel";
import { part } from "../../solutions/part.ts";

export { run } from "../../solutions/box.ts";

/** Stands for the parts of later lessons: it has an `enter`, and the kernel can refuse what `enter` asks for. */
part<{ hostname: string }>({
	when: "hostname",
	enter: ({ hostname }) => {
		unshare(CLONE_NEWUTS | CLONE_NEWIPC);
		sethostname(hostname);
	},
});
