import { mkdirSync } from "node:fs";
import { part } from "../part.ts";
import { enterPidNamespace } from "./pid1.ts";

/** Gives a container its own pids, and an init. */
part<{ init: true }>({
	when: "init",
	readOptions: () => ({ init: true }),
	enter: () => {
		// An image need not have the mount point for the init's /proc. Other engines make it as well.
		mkdirSync("/proc", { recursive: true });
		enterPidNamespace();
	},
});
