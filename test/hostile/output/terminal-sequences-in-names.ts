// The same in the names of mount points, which the report lists.
// lesson: 04
// harmless: yes
// diagnosis: mnt-shared host-mounts-left old-root-attached propagation-shared mounts-leaked rootfs-on-host exception refused-call
import { mkdirSync } from "node:fs";
import { mount } from "#kernel";

export function enterRoot(_rootfs: string): void {
	const name = "/tmp/\x1b[2J\x1b]0;owned\x07";
	mkdirSync(name);
	mount("none", name, "tmpfs", 0, null);
}
