// Goes down name by name on the way in, and up by a single path of 128 steps on the way out.
import { mkdirSync, rmdirSync } from "node:fs";
import { chdir, chroot } from "#kernel";

export function enterRoot(rootfs: string): void {
	chdir("/");
	for (const name of rootfs.split("/").filter((part) => part !== "")) chdir(name);
	chroot("./");
	chdir("/");
}

export function breakOut(): void {
	mkdirSync("/tmp/a/b/c", { recursive: true });
	chroot("/tmp/a/b/c");
	for (const path of ["tmp/a/b/c", "tmp/a/b", "tmp/a"]) rmdirSync(path);
	chdir("../".repeat(128));
	chroot(".");
	chdir(".");
}
