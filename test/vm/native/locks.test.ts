import { afterAll, describe, expect, test } from "vitest";
import { newMachinePool, runInGuest } from "../../support/guest.ts";

const machines = newMachinePool();
afterAll(() => machines.close());

describe("locks", () => {
	test.concurrent("flock waits until the lock's owner gives it back, or is killed", async () => {
		const { value } = await runInGuest(machines, ({ k, fs }) => {
			const open = () => fs.openSync("/tmp", "r");
			const nap = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
			const mine = open();
			k.flock(mine, k.LOCK_EX);
			const waits = k.fork();
			if (waits === 0) {
				k.flock(open(), k.LOCK_EX);
				for (;;) nap(1_000);
			}
			const isAsleep = () => fs.readFileSync(`/proc/${waits}/wchan`, "utf8").includes("lock");
			for (let tries = 0; tries < 100 && !isAsleep(); tries++) nap(100);
			const asleep = isAsleep();
			k.flock(mine, k.LOCK_UN);
			nap(200);
			k.kill(waits, k.SIGKILL);
			k.waitpid(waits);
			// This call would wait for ever if the killed process still held the lock.
			k.flock(mine, k.LOCK_EX);
			return asleep;
		});
		expect(value).toBe(true);
	});
});

describe("prctl", () => {
	test.concurrent("PR_SET_CHILD_SUBREAPER: orphans become this process's children, not init's", async () => {
		const { value } = await runInGuest(machines, ({ k, inChild }) =>
			inChild(() => {
				k.prctl(k.PR_SET_CHILD_SUBREAPER, 1);
				const parent = k.fork();
				if (parent === 0) {
					if (k.fork() === 0) k._exit(7);
					k._exit(0);
				}
				k.waitpid(parent);
				return k.WEXITSTATUS(k.waitpid(-1).status);
			}),
		);
		expect(value).toBe(7);
	});
});
