// Never breaks out: it brings the host's file into the rootfs, under the same name and with the same inode.
// lesson: 03
// diagnosis: host-files-in-root
import { linkSync, readdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";
import { outcome } from "../support.ts";

export function enterRoot(rootfs: string): void {
	for (const name of readdirSync("/").filter((name) => /secret/.test(name)))
		outcome(() => linkSync(`/${name}`, `${rootfs}/${name}`));
	chroot(rootfs);
	chdir("/");
}

export function breakOut(): void {}
