import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drydock } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";
import { drawn } from "../support/plan.ts";
import { type Command, copyCache, runSituation, type Situation } from "../support/situation.ts";
import { temporary } from "../support/temporary.ts";

// A cache that works must still work after set-up or a check was killed, at any moment and on any computer. `npm run
// soak` kills a hundred times in each situation, and `npm test` a few times in some of them, at other moments in each
// run.

const TIMES = Math.max(2, Number(process.env["DRYDOCK_FUZZ"] ?? 1) / 5);
const LONGEST_S = 2.5;
const CHECK = "$DRYDOCK check 02 --solution";
const AS_USER = "setpriv --reuid=$USER --regid=$USER --clear-groups";
const IN_USER_NAMESPACE = "unshare --map-root-user";
const COPY = "cp -a $BUILT/. $CACHE\n";

/** A situation, and the command that starts drydock in it. */
interface KillSituation extends Omit<Situation, "commands"> {
	by: string;
}

const SITUATIONS: readonly KillSituation[] = [
	{
		name: "a cache that was copied by tar, which keeps whole seconds",
		setUp: "tar -C $BUILT --format=ustar -cf - . | tar -C $CACHE -xf -\n",
		by: "",
	},
	{
		name: "a cache in the lower layer of an overlay",
		setUp: "mount -t overlay none -o lowerdir=$BUILT,upperdir=$STAGE/upper,workdir=$STAGE/work $CACHE\n",
		by: "",
	},
	{ name: "a user's own cache", setUp: `${COPY}chown -R $USER:$USER $CACHE\n`, by: AS_USER },
	{ name: "root that may not change users", setUp: COPY, by: IN_USER_NAMESPACE },
	{ name: "root with the umask 077", setUp: `${COPY}umask 077\n`, by: "" },
];

// Every process that drydock starts inherits DRYDOCK_TEST_MARK. Two seconds after the kill, no such process may be left.
// Every second time, the kit in the cache is missing, so that the kill may hit set-up.
const KILLED = `
export DRYDOCK_TEST_MARK=$$
killed() {
	delay=$1; shift
	"$@" >/dev/null 2>&1 & pid=$!
	sleep $delay
	{ kill -KILL $pid; wait $pid; } 2>/dev/null || true
	sleep 2
	! env -u DRYDOCK_TEST_MARK grep -lsz "^DRYDOCK_TEST_MARK=$$\\$" /proc/[0-9]*/environ
}
`;

const files = await temporary();
const machines = newMachinePool();

describe.runIf(process.getuid?.() === 0)(
	"after drydock was killed several times, a check passes in",
	{ timeout: 900_000 },
	() => {
		beforeAll(async () => {
			await machines.makeReady();
			// Makes the measurements that are made only once.
			expect((await drydock(["check", "02", "--solution"])).code).toBe(0);
			await copyCache(join(files.dir, "built"));
		});

		const names = drawn(
			"killed situations",
			SITUATIONS.map(({ name }) => name),
		);
		test.each(
			SITUATIONS.filter(({ name }) => names.includes(name)).map((situation) => [situation.name, situation] as const),
		)("%s", async (_, { name, setUp, by }) => {
			const delays = Array.from({ length: TIMES }, () => (Math.random() * LONGEST_S).toFixed(2));
			const commands: Command[] = [
				...delays.map((delay, at) => ({
					run: `${at % 2 === 0 ? "rm -rf $CACHE/kit; " : ""}killed ${delay} ${by} ${CHECK}`,
					code: 0,
				})),
				{ run: `${by} ${CHECK}`, code: 0, says: /passed/ },
			];
			const results = await runSituation({ name, setUp: setUp + KILLED, commands }, files);
			expect(results.map(({ code, output }, at) => ({ run: commands[at]?.run, code, output }))).toEqual(
				commands.map(({ run, code, says = /^$/ }) => ({ run, code, output: expect.stringMatching(says) })),
			);
		});
	},
);

afterAll(() => Promise.all([machines.close(), files.remove()]));
