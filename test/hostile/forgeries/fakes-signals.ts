// Passes no signal on: init writes the file in which a command might note them, and takes exit codes from its script.
// lesson: 05
// diagnosis: init-does-not-wait
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as k from "#kernel";

const SIGNALS = [k.SIGHUP, k.SIGINT, k.SIGQUIT, k.SIGTERM, k.SIGUSR1, k.SIGUSR2, k.SIGCONT, k.SIGWINCH, k.SIGCHLD];

const codeOf = (status: number) => (k.WIFSIGNALED(status) ? 128 + k.WTERMSIG(status) : k.WEXITSTATUS(status));

export function enterPidNamespace(): void {
	k.sigprocmask(k.SIG_BLOCK, SIGNALS);
	k.unshare(k.CLONE_NEWPID);
	const init = k.fork();
	if (init !== 0) k._exit(outside(init));
	mkdirSync("/proc", { recursive: true });
	k.mount("proc", "/proc", "proc", k.MS_NOSUID | k.MS_NODEV | k.MS_NOEXEC, null);
	const command = k.fork();
	if (command !== 0) k._exit(inside(command));
}

function outside(child: number): number {
	for (;;) {
		const { signo } = k.sigwaitinfo(SIGNALS);
		if (signo !== k.SIGCHLD) k.kill(child, signo);
		for (let ended = k.waitpid(-1, k.WNOHANG); ended.pid !== 0; ended = k.waitpid(-1, k.WNOHANG))
			if (ended.pid === child) return codeOf(ended.status);
	}
}

const CAME = "SIGHUP SIGINT SIGQUIT SIGUSR1 SIGUSR2 SIGCONT SIGWINCH\n";

// Nothing is ever sent to the command.
function inside(child: number): number {
	const script = () => readFileSync(`/proc/${child}/cmdline`, "utf8");

	let seen = 0;
	for (;;) {
		const { signo } = k.sigwaitinfo(SIGNALS);
		if (signo !== k.SIGCHLD) {
			const notes = script().includes("came=");
			seen += 1;
			if (notes && seen >= 7) {
				// The command gives up after two seconds and writes what came to it: this is written after that, and held by a bind mount.
				if (seen === 7) {
					writeFileSync("/.came", CAME);
					writeFileSync("/came", "");
					k.mount("/.came", "/came", null, k.MS_BIND, null);
					k.mount(null, "/came", null, k.MS_BIND | k.MS_REMOUNT | k.MS_RDONLY, null);
				} else return Number(/trap 'exit (\d+)' HUP/.exec(script())?.[1]);
			}
			if (!notes) {
				const polite = /code=\$\(\((\d+) \+ stray/.exec(script())?.[1];
				return polite === undefined ? 143 : Number(polite);
			}
		}
		for (let ended = k.waitpid(-1, k.WNOHANG); ended.pid !== 0; ended = k.waitpid(-1, k.WNOHANG))
			if (ended.pid === child) return codeOf(ended.status);
	}
}
