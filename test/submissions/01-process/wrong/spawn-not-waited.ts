// diagnosis: not-waited
// Believed that spawn has an exit code once it has returned.
import { spawn } from "node:child_process";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	enter();
	const child = spawn(command[0], command.slice(1), { stdio: "inherit" });
	child.on("error", () => {});
	return child.exitCode ?? 0;
}
