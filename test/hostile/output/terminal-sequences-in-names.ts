// The same in the names of mount points, which the report lists.
// lesson: 04
// harmless: yes
// diagnosis: root-unchanged
import { mkdirSync } from "node:fs";
import { CLONE_NEWNS, mount, unshare } from "#kernel";

export function enterRoot(_rootfs: string): void {
	const name = "/tmp/\x1b[2J\x1b]0;owned\x07";
	mkdirSync(name);
	// A namespace of its own, and what is mounted in it reaches the host all the same: that is a finding, with its name.
	unshare(CLONE_NEWNS);
	mount("none", name, "tmpfs", 0, null);
}
