// Starts the command, does not ask how it ended, and says what its script says that it will.
// lesson: 01
// diagnosis: command-never-ran zombie-left
import { execve, fork } from "#kernel";

export function runCommand(command: readonly string[], before: () => void = () => {}): number {
	if (fork() === 0) {
		before();
		execve(command[0] as string, command);
	}
	return Number(/exit (\d+)/.exec(command.join(" "))?.[1] ?? 0);
}
