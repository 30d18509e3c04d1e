import { spawn } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { addEntropy, setClock } from "../../native/guest.ts";
import type { Observation, Preparation, Work } from "../protocol/index.ts";
import { HARBOUR_ROOT } from "../readings/guest/paths.ts";
import { type Command, inHarbour } from "./harbour.ts";
import { makeNeighbourHost } from "./neighbour-hosts.ts";
import { Patience } from "./patience.ts";
import { startServer } from "./servers.ts";

type ProgramEnd = Observation["programs"][string];

/** How many characters at the start of a program's standard output (by default) and standard error are kept. */
const KEPT_OUTPUT_CHARS = 8_000;
/** How long a program of the preparation may take to end, or a server to accept connections; see {@link Patience}. */
const PREPARATION_MS = 30_000;
/** How long the agent waits for a program's last output after the program has ended. */
const LAST_OUTPUT_MS = 500;

/** Once these are set, no process can trace another one, load a module or load another kernel. None can be reset. */
const LOCKING_SYSCTLS: readonly [sysctl: string, value: string][] = [
	["yama/ptrace_scope", "3"],
	["modules_disabled", "1"],
	["kexec_load_disabled", "1"],
	// Programs that the kernel itself starts (core_pattern, release_agent, modprobe) run outside of the harbour. This
	// takes every capability from them.
	["usermodehelper/bset", "0 0"],
];

/**
 * Sets the clock of a restored machine, gives its kernel new randomness, and sets {@link LOCKING_SYSCTLS} unless the
 * work is `unlocked`. All machines restored from one snapshot have the same clock, and would draw the same random
 * numbers. For a rehearsal, whose `entropy` is empty, does nothing.
 */
export function setUpRestoredMachine({ entropy, timeMs, unlocked }: Work): void {
	if (entropy === "") return;
	const random = openSync("/dev/random", "r");
	addEntropy(random, Buffer.from(entropy, "base64"));
	closeSync(random);
	setClock(timeMs);
	if (unlocked) return;
	for (const [name, value] of LOCKING_SYSCTLS) writeFileSync(`/proc/sys/kernel/${name}`, value);
}

/**
 * Makes one thing that a scenario needs in the harbour.
 * @returns how the program ended, if one was run
 */
export async function prepare(preparation: Preparation): Promise<ProgramEnd | undefined> {
	switch (preparation.do) {
		case "write":
			mkdirSync(dirname(pathInHarbour(preparation.path)), { recursive: true });
			writeFileSync(pathInHarbour(preparation.path), preparation.text, preparation.encoding);
			if (preparation.mode !== undefined) chmodSync(pathInHarbour(preparation.path), preparation.mode);
			return;
		case "directory":
			mkdirSync(pathInHarbour(preparation.path), { recursive: true });
			return;
		case "copy":
			mkdirSync(dirname(pathInHarbour(preparation.to)), { recursive: true });
			// Not cpSync, which leaves out device files.
			return runOrThrow(["cp", "-aT", preparation.from, preparation.to]);
		case "run":
			return runOrThrow(preparation.argv);
		case "serve":
			return void (await startServer(preparation, new Patience(PREPARATION_MS)));
		case "neighbour":
			makeNeighbourHost(preparation);
			return;
	}
}

const pathInHarbour = (path: string) => `${HARBOUR_ROOT}${path}`;

async function runOrThrow(argv: readonly string[]): Promise<ProgramEnd> {
	const end = await runProgram(inHarbour(argv), new Patience(PREPARATION_MS));
	if (end.code !== 0) throw new Error(`${argv.join(" ")}: exit code ${end.code}\n${end.stderr}`);
	return end;
}

/**
 * Runs a program, and returns how it ended. A program that is still running when patience ends is killed, and its code
 * is null. If the program cannot be started, the code is null, and `stderr` says why.
 * @param keptChars how many characters of its standard output are kept; the rest is dropped
 */
export function runProgram(
	{ program, args, env }: Command,
	patience: Patience,
	keptChars = KEPT_OUTPUT_CHARS,
): Promise<ProgramEnd> {
	return new Promise((resolve) => {
		const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
		const cancelKill = patience.onEnd(() => child.kill("SIGKILL"));
		const kept = { stdout: "", stderr: "" };
		const room = { stdout: keptChars, stderr: KEPT_OUTPUT_CHARS };
		for (const stream of ["stdout", "stderr"] as const)
			child[stream].setEncoding("utf8").on("data", (chunk: string) => {
				kept[stream] = (kept[stream] + chunk).slice(0, room[stream]);
			});
		child.on("error", (error) => resolve({ ...kept, code: null, stderr: error.message }));
		// "close" comes once all output has been read. A process that the program left behind may keep the output open,
		// so "exit" limits the wait.
		child.on("close", (code) => resolve({ ...kept, code }));
		child.on("exit", (code) => {
			cancelKill();
			new Patience(LAST_OUTPUT_MS).onEnd(() => resolve({ ...kept, code }));
		});
	});
}
