import { open, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How many items are played at a time. With more of them than processors, each takes longer, and so do all together. */
const TURN_NUMBERS: readonly number[] = Array.from({ length: availableParallelism() }, (_, index) => index + 1);
const ASK_AGAIN_MS = 50;

/**
 * Waits for a turn, does the work, and ends the turn. All workers share the turns, because one test file may play
 * several items at a time. If more items than turns were played at a time, each would take so long that many runs would
 * be judged as disturbed, and be played again.
 *
 * A turn is a file in the directory of the workers' caches, which is removed at the end of the tests.
 */
export async function inTurn<T>(work: () => Promise<T>, numbers = TURN_NUMBERS): Promise<T> {
	const dir = process.env["DRYDOCK_TESTS_CACHES"];
	if (dir === undefined) throw new Error("own-caches.ts has made no directory for turns");
	const turn = await takeTurn(dir, numbers);
	try {
		return await work();
	} finally {
		await rm(turn);
	}
}

/** Waits until nobody else has a turn, does the work, and lets the others go on. */
export async function alone<T>(work: () => Promise<T>, turns = TURN_NUMBERS): Promise<T> {
	const [first, ...others] = turns;
	// All take the turns in the same order, so no two wait for each other.
	return first === undefined ? work() : inTurn(() => alone(work, others), [first]);
}

async function takeTurn(dir: string, numbers: readonly number[]): Promise<string> {
	for (;;) {
		for (const number of numbers) {
			const turn = join(dir, `turn-${number}`);
			if (await couldMake(turn)) return turn;
		}
		await sleep(ASK_AGAIN_MS);
	}
}

async function couldMake(path: string): Promise<boolean> {
	try {
		await (await open(path, "wx")).close();
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		return false;
	}
}
