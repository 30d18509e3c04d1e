// diagnosis: enter-in-engine
// Believed that a process of one's own is all that fork is for.
import { spawnSync } from "node:child_process";
import { constants } from "node:os";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	enter();
	const { status, signal, error } = spawnSync(command[0], command.slice(1), { stdio: "inherit" });
	return error === undefined ? (status ?? 128 + constants.signals[signal as NodeJS.Signals]) : 127;
}
