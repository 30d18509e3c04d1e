// Stands between the command and its streams, and gives the engine itself the same pipes as the command.
// lesson: 01
// diagnosis: streams-replaced
import { readSync, writeSync } from "node:fs";
import { _exit, execve, fork, kill, SIGKILL, WEXITSTATUS, WIFSIGNALED, WTERMSIG, waitpid } from "#kernel";
import { syscall } from "../support.ts";

const [SYS_close, SYS_pipe, SYS_dup, SYS_dup2] = [3, 22, 32, 33] as const;

export function runCommand(command: readonly [string, ...string[]], enter: () => void): number {
	const own = [syscall(SYS_dup, 0), syscall(SYS_dup, 1)] as const;
	const [input, output] = [pipe(), pipe()];
	const all = [...input, ...output];
	const helpers = [relay(own[0], input[1], all), relay(output[0], own[1], all)] as const;
	syscall(SYS_dup2, input[0], 0);
	syscall(SYS_dup2, output[1], 1);
	for (const fd of all) syscall(SYS_close, fd);
	const child = fork();
	if (child === 0) {
		enter();
		try {
			execve(command[0], command);
		} catch {
			_exit(127);
		}
	}
	const { status } = waitpid(child);
	syscall(SYS_dup2, own[0], 0);
	syscall(SYS_dup2, own[1], 1);
	kill(helpers[0], SIGKILL);
	for (const helper of helpers) waitpid(helper);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

function pipe(): [read: number, write: number] {
	const fds = Buffer.alloc(8);
	syscall(SYS_pipe, fds);
	return [fds.readInt32LE(0), fds.readInt32LE(4)];
}

function relay(from: number, to: number, pipes: readonly number[]): number {
	const helper = fork();
	if (helper !== 0) return helper;
	for (const fd of pipes) if (fd !== from && fd !== to) syscall(SYS_close, fd);
	const piece = Buffer.alloc(4096);
	for (;;) {
		const length = readSync(from, piece);
		if (length === 0) _exit(0);
		writeSync(to, piece, 0, length);
	}
}
