// Gets down to the kernel's first file system, which lies below the root of every mount namespace, and looks for what is
// left there of the agent: it takes away the root and enters the same mount namespace anew. Nothing may be there. The run
// passes: the command's own root is made as it should be.
// lesson: 04
// diagnosis: none
import { openSync, readdirSync, writeFileSync } from "node:fs";
import {
	_exit,
	CLONE_NEWNS,
	chdir,
	fork,
	MNT_DETACH,
	MS_BIND,
	MS_PRIVATE,
	MS_REC,
	mount,
	pivotRoot,
	setns,
	umount2,
	unshare,
	WEXITSTATUS,
	waitpid,
} from "#kernel";

/** What it has found there, as the exit code of a child. */
const NOTHING = 0;
const FILES = 1;
const WRITABLE = 2;

export function enterRoot(rootfs: string): void {
	unshare(CLONE_NEWNS);
	mount(null, "/", null, MS_REC | MS_PRIVATE, null);
	const child = fork();
	if (child === 0) _exit(below());
	const found = WEXITSTATUS(waitpid(child).status);
	if (found !== NOTHING) throw new Error(`below the root: ${found === FILES ? "files" : "a place to write to"}`);
	mount(rootfs, rootfs, null, MS_BIND | MS_REC, null);
	chdir(rootfs);
	pivotRoot(".", ".");
	umount2(".", MNT_DETACH);
	chdir("/");
}

function below(): number {
	unshare(CLONE_NEWNS);
	const namespace = openSync("/proc/self/ns/mnt", "r");
	umount2("/", MNT_DETACH);
	setns(namespace, CLONE_NEWNS);
	if (readdirSync("/").length > 0) return FILES;
	try {
		writeFileSync("/mine", "");
		return WRITABLE;
	} catch {
		return NOTHING;
	}
}
