import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { CLONE_NEWNS } from "../../native/constants.ts";
import { pipe } from "../../native/guest.ts";
import { chdir, chroot, fchdir } from "../../native/mounts.ts";
import { setns } from "../../native/namespaces.ts";
import { _exit, fork, waitpid } from "../../native/processes.ts";
import { SyscallError } from "../../native/syscall-error.ts";

/**
 * Tries the classic break-out from where a process stands: chroot(2) once more, into a directory below, while the
 * current directory stays above; then walk up as far as it goes, and make that the root.
 * @param pid the process whose mount namespace, root and current directory to start from
 * @param secret a file of the host, and what is in it
 * @returns whether the file could be read; if not, the call that stopped it
 * @see chroot(2), NOTES
 */
export function tryEscape(
	pid: number,
	secret: { path: string; text: string },
): { readHostFile: boolean; refusedBy: string } {
	const [mnt, root, cwd] = ["ns/mnt", "root", "cwd"].map((name) => openSync(`/proc/${pid}/${name}`, "r")) as [
		number,
		number,
		number,
	];
	const result = pipe();
	// Only a process with one thread may enter a mount namespace (setns(2)): a forked child has one.
	const child = fork();
	if (child === 0) {
		writeSync(result.writeFd, attempt(mnt, root, cwd, secret));
		_exit(0);
	}
	closeSync(result.writeFd);
	const refusedBy = readFileSync(result.readFd, "utf8");
	waitpid(child);
	return { readHostFile: refusedBy === "", refusedBy };
}

// The empty string if the secret was read, otherwise what stood in the way.
function attempt(mnt: number, root: number, cwd: number, secret: { path: string; text: string }): string {
	try {
		setns(mnt, CLONE_NEWNS);
		fchdir(root);
		chroot(".");
		fchdir(cwd);
		const below = readdirSync("/", { withFileTypes: true }).find((entry) => entry.isDirectory());
		if (below === undefined) return "no directory to chroot into";
		chroot(`/${below.name}`);
		for (let up = 0; up < 64; up++) chdir("..");
		chroot(".");
		return readFileSync(secret.path, "utf8") === secret.text ? "" : `${secret.path} is another file here`;
	} catch (error) {
		if (error instanceof SyscallError) return error.message;
		return `open("${secret.path}"): ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
	}
}
