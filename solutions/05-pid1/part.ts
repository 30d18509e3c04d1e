import { mkdirSync } from "node:fs";
import { MS_NODEV, MS_NOEXEC, MS_NOSUID, mount } from "#kernel";
import { isHost, part } from "../part.ts";
import options from "./options.json";
import { enterPidNamespace } from "./pid1.ts";

/** Gives a container its own pids, and an init. With `init: false`, it has the host's pids, and a /proc that shows them. */
part<{ init: boolean }>({
	when: "init",
	options,
	readOptions: (given) => ({ init: !isHost("pid", given) }),
	enter: ({ init }) => {
		// An image need not have the mount point for the init's /proc. Other engines make it as well.
		mkdirSync("/proc", { recursive: true });
		if (init) enterPidNamespace();
		else mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
	},
});
