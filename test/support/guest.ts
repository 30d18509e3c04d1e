import { hashOf } from "../../harness/base/cache.ts";
import { silentProgress } from "../../harness/base/progress.ts";
import type { CallReport, LedgerCall, Preparation } from "../../harness/protocol/index.ts";
import { imageManifest } from "../../harness/vm/image/image.ts";
import type { RunRequest } from "../../harness/vm/machine.ts";
import { MachinePool } from "../../harness/vm/machine-pool.ts";
import type * as Kernel from "../../native/kernel.ts";
import { guestKey } from "./evidence.ts";

/**
 * The first argument of a function that runs in the guest. The function is sent as text, so it can use only its
 * arguments.
 */
export interface Guest {
	/** The system calls. */
	k: typeof Kernel;
	fs: typeof import("node:fs");
	/** Calls `act`. @returns "ok", or the name of the error that `act` throws, such as "EINVAL" */
	attempt(act: () => unknown): string;
	/**
	 * Runs `act` in a forked child.
	 * @returns what `act` returned
	 * @throws {Error} with what `act` has thrown; or with the wait status, if the child died first
	 */
	inChild<T>(act: () => T): T;
	/** Runs a garbage collection: of all objects, or of young ones only. */
	collectGarbage(kind: "major" | "minor"): void;
}

/** The result of a function that ran in the guest. */
export interface GuestResult<T> {
	value: T;
	ledger: LedgerCall[];
	report: CallReport;
	stdout: string;
	stderr: string;
}

/** Makes a pool of machines for one test file. */
export function newMachinePool(): MachinePool {
	return new RetryingMachinePool(silentProgress);
}

// In one of some thousands of machines, the kernel fails by itself. drydock then says that it could not judge, and asks
// the user to check again. So the tests also repeat such a run once, and print the kernel's message.
class RetryingMachinePool extends MachinePool {
	// The superclass's key changes with every comment in a file of the guest. This key does not, so observations in the
	// cache stay valid.
	override async imageKey(): Promise<string> {
		// Makes the image if there is none.
		await super.imageKey();
		return hashOf("tests 1", await guestKey(), await imageManifest());
	}

	override async play(...asked: Parameters<MachinePool["play"]>): ReturnType<MachinePool["play"]> {
		const played = await super.play(...asked);
		if (played.outcome.kind !== "lost" || played.outcome.how !== "guest-fault") return played;
		console.warn(`a kernel failed by itself:\n${played.outcome.detail}`);
		return super.play(...asked);
	}
}

/**
 * Runs `act` in a fresh virtual machine, where an exercise would run.
 * @param given the function's input, sent as JSON
 * @param more what is prepared before, and how long it may take
 */
export async function runInGuest<T, G>(
	machines: MachinePool,
	act: (guest: Guest, given: G) => T,
	given?: G,
	more: { prepare?: Preparation[]; deadlineMs?: number } = {},
): Promise<GuestResult<T>> {
	const code = `const prelude = ${prelude.toString()};
		exports.run = (given) => (${act.toString()})(prelude(require), given);`;
	const request: RunRequest = {
		...{ prepare: [], code, readings: {}, ...more },
		calls: { box: { export: "run", args: [given ?? null], token: "none" } },
		steps: [{ do: "call", call: "box" }],
	};
	const { outcome, output } = await machines.play(request);
	const [stdout, stderr] = [output.stdout, output.stderr].map((chunks) => Buffer.concat(chunks).toString());
	if (outcome.kind === "lost") throw new Error(`the machine was lost: ${outcome.how} ${outcome.detail}`);
	const report = outcome.observation.calls["box"] as CallReport;
	const { ending, ledger } = report;
	if (ending.how !== "returned") throw new Error(`it did not return: ${JSON.stringify(ending)}\n${stderr}`);
	return { value: ending.value as T, ledger, report, stdout: stdout ?? "", stderr: stderr ?? "" };
}

function prelude(require: NodeJS.Require): Guest {
	const k = require("#kernel") as typeof Kernel;
	const fs = require("node:fs") as typeof import("node:fs");
	require("node:v8").setFlagsFromString("--expose-gc");
	const gc = require("node:vm").runInNewContext("gc");
	const collectGarbage = (kind: "major" | "minor") => gc({ type: kind });
	const attempt = (act: () => unknown): string => {
		try {
			act();
			return "ok";
		} catch (error) {
			return (error as NodeJS.ErrnoException).code ?? String(error);
		}
	};
	// Writes through an open file: the child may be in another mount namespace when it returns.
	const inChild = <T>(act: () => T): T => {
		const file = fs.openSync(`/tmp/result-${process.pid}`, "w+");
		const pid = k.fork();
		if (pid === 0) {
			let result: object;
			try {
				result = { value: act() };
			} catch (error) {
				result = { error: String((error as Error).stack) };
			}
			fs.writeSync(file, JSON.stringify(result));
			k._exit(0);
		}
		const { status } = k.waitpid(pid);
		const length = fs.fstatSync(file).size;
		const bytes = Buffer.alloc(length);
		fs.readSync(file, bytes, 0, length, 0);
		fs.closeSync(file);
		if (status !== 0 || length === 0) throw new Error(`the child ended with the wait status ${status}`);
		const result = JSON.parse(bytes.toString()) as { value: T; error?: string };
		if (result.error !== undefined) throw new Error(`in the child: ${result.error}`);
		return result.value;
	};
	return { k, fs, attempt, inChild, collectGarbage };
}
