// Node starts the program, in a child that has entered.
import { spawnSync } from "node:child_process";
import { constants } from "node:os";
import { _exit, fork, WEXITSTATUS, waitpid } from "#kernel";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const pid = fork();
	if (pid === 0) {
		enter();
		const { status, signal, error } = spawnSync(command[0], command.slice(1), { stdio: "inherit" });
		_exit(error === undefined ? (status ?? 128 + constants.signals[signal as NodeJS.Signals]) : 127);
	}
	return WEXITSTATUS(waitpid(pid).status);
}
