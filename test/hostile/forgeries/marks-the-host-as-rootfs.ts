// Never moves its root: it makes the host's root look like the rootfs, by a file of the same name in it.
// lesson: 03
// diagnosis: root-unchanged
import { readdirSync, writeFileSync } from "node:fs";

export function enterRoot(rootfs: string): void {
	for (const name of readdirSync(rootfs).filter((name) => name.startsWith("container-"))) writeFileSync(`/${name}`, "");
}

export function breakOut(): void {}
