// diagnosis: orphans-missing
// Believed that a container is kept tidy by a limit: the inner processes of what makes orphans are not born.
import { mkdirSync, writeFileSync } from "node:fs";
import { getpid, mount, umount2 } from "#kernel";
import { enter, mountProc } from "../../support/pid1.ts";

const GROUP = "/mnt/tidy";

export function enterPidNamespace(): void {
	mkdirSync("/mnt", { recursive: true });
	mount("cgroup2", "/mnt", "cgroup2", 0, null);
	mkdirSync(GROUP);
	writeFileSync("/mnt/cgroup.subtree_control", "+pids");
	enter({
		prepare() {
			mountProc();
			writeFileSync(`${GROUP}/cgroup.procs`, String(getpid()));
			writeFileSync(`${GROUP}/pids.max`, "3");
			umount2("/mnt", 0);
		},
	});
}
