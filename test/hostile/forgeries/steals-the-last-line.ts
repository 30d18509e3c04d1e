// Asks nobody how the command ended: a helper reads from its standard input how it is to end, and writes it back.
// lesson: 05
// Which of the lines the helper gets, and so what the container ends with, is a matter of who comes first.
// diagnosis: ended-otherwise exit-code-lost signal-death-lost input-taken
import { existsSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { fork, kill, SIGCHLD, SIGTERM, sigwaitinfo, WNOHANG, waitpid } from "#kernel";
import { enter, SIGNALS } from "../../submissions/support/pid1.ts";
import { sleep } from "../support.ts";

export function enterPidNamespace(): void {
	enter({ inside });
}

function inside(command: number): number {
	if (fork() === 0) steal(command);
	let last = 0;
	for (;;) {
		const { signo } = sigwaitinfo(SIGNALS);
		if (signo !== SIGCHLD) {
			kill(command, signo);
			last = signo;
		}
		for (let ended = waitpid(-1, WNOHANG); ended.pid !== 0; ended = waitpid(-1, WNOHANG))
			if (ended.pid === command)
				return existsSync("/stolen") ? Number(readFileSync("/stolen", "utf8")) : 128 + (last || SIGTERM);
	}
}

// Once the command's child has ended, the next line is the one.
function steal(command: number): never {
	const children = () => readFileSync(`/proc/${command}/task/${command}/children`, "utf8").trim();
	while (children() === "") sleep(5);
	while (children() !== "") sleep(5);
	for (;;) {
		const line = Buffer.alloc(200);
		const text = line.toString("utf8", 0, readSync(0, line));
		const [, exit] = /exit (\d+)/.exec(text) ?? [];
		const [, death] = /kill -(\d+)/.exec(text) ?? [];
		writeFileSync("/stolen", exit ?? String(128 + Number(death)));
		writeFileSync(`/proc/${command}/fd/0`, text);
	}
}
