// Starts the command and waits until it has ended, but never asks how: it says what the command's script says.
// lesson: 01
// diagnosis: not-waited
import { readFileSync } from "node:fs";
import { execve, fork } from "#kernel";
import { sleep } from "../support.ts";

export function runCommand(command: readonly string[], before: () => void = () => {}): number {
	const pid = fork();
	if (pid === 0) {
		before();
		execve(command[0] as string, command);
	}
	while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) sleep(20);
	return Number(/^exit (\d+)$/m.exec(readFileSync(command[0] as string, "utf8"))?.[1] ?? 0);
}
