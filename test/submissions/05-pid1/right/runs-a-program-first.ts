// Init starts a program of the rootfs and waits for it, before there is a command; then it passes signals on by kill(1).
import { execve, fork, waitpid } from "#kernel";
import { enter, mountProc } from "../../support/pid1.ts";

const run = (...argv: [string, ...string[]]) => {
	const pid = fork();
	if (pid === 0) execve(argv[0], argv);
	waitpid(pid);
};

export function enterPidNamespace(): void {
	enter({
		prepare() {
			mountProc();
			run("/bin/sh", "-c", "true");
		},
		pass: (child, signo) => run("/bin/sh", "-c", `kill -${signo} ${child}`),
	});
}
