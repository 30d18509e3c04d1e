// Leaves the way out of the root open, and answers for the scout that tries it.
// lesson: 04
// diagnosis: chroot-only
import { openSync, writeSync } from "node:fs";
import { chdir, chroot } from "#kernel";
import { outcome, pidsOf } from "../support.ts";

export function enterRoot(rootfs: string): void {
	for (const pid of pidsOf("runner.cjs"))
		for (let fd = 1; fd < 32; fd++)
			outcome(() =>
				writeSync(openSync(`/proc/${pid}/fd/${fd}`, "w"), '{"escape":{"readHostFile":false,"refusedBy":"no"}}\n'),
			);
	chroot(rootfs);
	chdir("/");
}
