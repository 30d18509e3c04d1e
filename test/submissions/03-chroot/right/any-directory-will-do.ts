// Looks for a directory that it may take, one after the other, and climbs in a recursive function.
import { readdirSync, statSync } from "node:fs";
import { chdir, chroot, SyscallError } from "#kernel";

export function enterRoot(rootfs: string): void {
	chroot(rootfs);
	chdir("/");
	if (statSync(".").ino !== statSync("/").ino) throw new Error("the current directory is not the root");
}

export function breakOut(): void {
	const directories = readdirSync("/", { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const taken = directories.find(({ name }) => tryRoot(`/${name}`));
	if (taken === undefined) throw new Error("no directory to move the root to");
	climb(200);
	chroot(".");
	chdir("/");
}

function tryRoot(path: string): boolean {
	try {
		chroot(path);
		return true;
	} catch (error) {
		if (error instanceof SyscallError) return false;
		throw error;
	}
}

function climb(steps: number): void {
	if (steps === 0) return;
	chdir("..");
	climb(steps - 1);
}
