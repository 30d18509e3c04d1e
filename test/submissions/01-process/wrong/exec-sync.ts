// diagnosis: exception
// Believed that a command is a line for a shell, and that execSync returns when it has ended.
import { execSync } from "node:child_process";

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	enter();
	execSync(command.join(" "), { stdio: "inherit" });
	return 0;
}
