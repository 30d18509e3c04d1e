import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drydock } from "../support/command.ts";
import { newMachinePool } from "../support/guest.ts";
import { copyCache, runSituation, type Situation, USER } from "../support/situation.ts";
import { temporary } from "../support/temporary.ts";

// drydock with caches in states that occur on people's computers. Each state is set up for real, without a network. The
// exit codes are those of the README. 1 always means "not passed".

const CHECK = "$DRYDOCK check 02 --solution";
const DOCTOR = "$DRYDOCK doctor";
const PASSED = { run: CHECK, code: 0, says: /passed/ };
const WELL = { run: DOCTOR, code: 0, says: /✓ image[\s\S]*✓ snapshot|good: image[\s\S]*good: snapshot/ };
const COPY = "cp -a $BUILT/. $CACHE\n";
const HAS_IMAGE = { run: "test -s $CACHE/base/*/usr.erofs && test -s $CACHE/templates/*/memory", code: 0 };
const NAMES_HELP = "[\\s\\S]*DRYDOCK_CACHE=";

const SITUATIONS: readonly Situation[] = [
	{
		name: "a cache that was copied by tar, which keeps whole seconds",
		setUp: "tar -C $BUILT --format=ustar -cf - . | tar -C $CACHE -xf -",
		commands: [WELL, HAS_IMAGE, PASSED, HAS_IMAGE],
	},
	{
		name: "a cache that was copied without its times",
		setUp: "cp -r $BUILT/. $CACHE",
		commands: [WELL, HAS_IMAGE, PASSED],
	},
	{
		name: "a cache in the lower layer of an overlay, as in a container's image",
		setUp: "mount -t overlay none -o lowerdir=$BUILT,upperdir=$STAGE/upper,workdir=$STAGE/work $CACHE",
		commands: [PASSED, WELL],
	},
	{
		name: "a user's cache in a container's image",
		setUp: `mkdir $STAGE/lower; cp -a $BUILT/. $STAGE/lower; chown -R $USER:$USER $STAGE/lower $STAGE/upper
mount -t overlay none -o lowerdir=$STAGE/lower,upperdir=$STAGE/upper,workdir=$STAGE/work $CACHE`,
		commands: [
			{ ...PASSED, run: `user ${CHECK}` },
			{ ...WELL, run: `user ${DOCTOR}` },
		],
	},
	{
		name: "a damaged entry in the lower layer of an overlay",
		setUp: `cp -a $BUILT/kit $STAGE/kit
for file in $STAGE/kit/*/initrd; do : >$file; done
mount -t overlay none -o lowerdir=$STAGE/kit:$BUILT/kit,upperdir=$STAGE/upper,workdir=$STAGE/work $STAGE/kit
for kind in $BUILT/*; do ln -s $kind $CACHE; done
rm $CACHE/kit && ln -s $STAGE/kit $CACHE/kit`,
		commands: [PASSED, { run: "test -s $CACHE/kit/*/initrd", code: 0 }],
	},
	{
		name: "a cache that root has made with the umask 077",
		setUp: `${COPY}rm -r $CACHE/kit; chmod -R go= $CACHE; chown -R 0:0 $CACHE; umask 077`,
		commands: [PASSED, { run: `user ${CHECK}`, code: 3, says: new RegExp(`root${NAMES_HELP}`) }, PASSED],
	},
	{
		name: "compiled modules that only root may read",
		setUp: `mount -t tmpfs none $FILES/compiled && mount --bind $FILES/compiled $FILES/kit/node_modules/.cache
umask 077; $DRYDOCK list >/dev/null; chmod -R go= $FILES/compiled/drydock/*; umask 022`,
		commands: [{ run: "user $DRYDOCK list", code: 0, says: /unshare/ }],
	},
	{
		name: "root in a user's cache",
		setUp: `${COPY}chown -R $USER:$USER $CACHE; chmod -R go-w $CACHE`,
		commands: [
			{ run: CHECK, code: 3, says: new RegExp(`belongs to user ${USER}${NAMES_HELP}`) },
			{ run: DOCTOR, code: 3, says: new RegExp(`belongs to user ${USER}${NAMES_HELP}`) },
			{ run: `user ${CHECK}`, code: 0, says: /passed/ },
			{ run: "find $CACHE ! -user $USER | grep .", code: 1 },
		],
	},
	{
		name: "root in a user's cache that is not complete",
		setUp: `${COPY}rm -r $CACHE/kit; chown -R $USER:$USER $CACHE`,
		commands: [
			{ run: CHECK, code: 3, says: new RegExp(`belongs to user ${USER}${NAMES_HELP}`) },
			HAS_IMAGE,
			{ run: "find $CACHE ! -user $USER | grep .", code: 1 },
			{ run: `user ${CHECK}`, code: 0, says: /passed/ },
		],
	},
	{
		name: "a user with root's cache",
		setUp: COPY,
		commands: [
			{ run: `user ${CHECK}`, code: 3, says: new RegExp(`belongs to root${NAMES_HELP}`) },
			{ run: `user ${DOCTOR}`, code: 3, says: new RegExp(`belongs to root${NAMES_HELP}`) },
			PASSED,
		],
	},
	{
		name: "a user's own cache",
		setUp: `${COPY}chown -R $USER:$USER $CACHE`,
		commands: [
			{ ...PASSED, run: `user ${CHECK}` },
			{ ...WELL, run: `user ${DOCTOR}` },
		],
	},
	{
		name: "root in a user namespace of its own, which may not change users",
		setUp: COPY,
		commands: [
			{ ...PASSED, run: `unshare --map-root-user ${CHECK}` },
			{ run: `unshare --map-root-user ${DOCTOR}`, code: 0, says: /confinement/ },
			PASSED,
		],
	},
	{
		name: "a user who is root in a user namespace",
		setUp: `${COPY}chown -R $USER:$USER $CACHE`,
		commands: [{ ...PASSED, run: `user unshare --map-root-user ${CHECK}` }],
	},
	{
		name: "root without capabilities",
		setUp: `${COPY}chown -R 0:0 $CACHE`,
		commands: [{ ...PASSED, run: `setpriv --bounding-set=-all --inh-caps=-all ${CHECK}` }, PASSED],
	},
	{
		name: "a cache that is read-only",
		setUp: `${COPY}mount --bind $CACHE $CACHE && mount -o remount,bind,ro $CACHE`,
		commands: [
			{ run: CHECK, code: 3, says: new RegExp(`read-only file system${NAMES_HELP}`) },
			{ run: DOCTOR, code: 3, says: new RegExp(`read-only file system${NAMES_HELP}`) },
		],
	},
	{
		// On a full tmpfs(5), a process cannot even read a hole in a file.
		name: "a complete cache on a tmpfs that is full",
		setUp: `mount -t tmpfs -o size=600m none $CACHE; ${COPY}dd if=/dev/zero of=$CACHE/full bs=1M 2>/dev/null || true`,
		commands: [
			{ run: CHECK, code: 3, says: new RegExp(`/cache has 0 MB left${NAMES_HELP}`) },
			{ run: "rm $CACHE/full", code: 0 },
			PASSED,
			WELL,
		],
	},
	{
		name: "a cache without a snapshot on a disk that is full",
		setUp: `mount -t tmpfs -o size=600m none $CACHE; ${COPY}rm -r $CACHE/templates`,
		commands: [
			{ run: CHECK, code: 3, says: new RegExp(`the snapshot of a virtual machine takes 600 MB${NAMES_HELP}`) },
			{ run: DOCTOR, code: 3, says: /make room: 0\.6 GB/ },
			{ run: "test -s $CACHE/base/*/usr.erofs", code: 0 },
		],
	},
	{
		name: "an image that cannot be rebuilt without a network",
		setUp: COPY,
		commands: [{ run: "$DRYDOCK image build --fresh", code: 3, says: /network/ }, HAS_IMAGE, PASSED],
	},
	{
		name: "folders with spaces and umlauts",
		setUp: `mkdir "$STAGE/Köpfe & Füße" && cp -a $BUILT "$STAGE/Köpfe & Füße/Cache" && mkdir "$STAGE/Köpfe & Füße/kit"
mount --rbind $FILES/kit "$STAGE/Köpfe & Füße/kit"
export DRYDOCK_CACHE="$STAGE/Köpfe & Füße/Cache"`,
		commands: [{ ...PASSED, run: 'node "$STAGE/Köpfe & Füße/kit/harness/cli/bin.js" check 02 --solution' }],
	},
	{
		name: "a directory for temporary files in which nothing may be executed",
		setUp: `${COPY}mkdir $STAGE/noexec && mount -t tmpfs -o noexec none $STAGE/noexec; export TMPDIR=$STAGE/noexec`,
		commands: [PASSED, WELL],
	},
	{
		name: "a proxy that does not answer",
		setUp: `${COPY}export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 npm_config_proxy=http://127.0.0.1:9`,
		commands: [PASSED, WELL],
	},
	{
		name: "a /dev/kvm that is an ordinary file",
		setUp: `${COPY}rm -rf $CACHE/accelerators; : >$STAGE/kvm; chmod 666 $STAGE/kvm
[ ! -e /dev/kvm ] || mount --bind $STAGE/kvm /dev/kvm`,
		commands: [PASSED, WELL],
	},
	{
		name: "no cache and no network",
		setUp: "",
		commands: [
			{ run: DOCTOR, code: 0, says: /not built yet/ },
			{ run: "find $CACHE -mindepth 1 | grep .", code: 1 },
		],
	},
];

const files = await temporary();
const machines = newMachinePool();

describe.runIf(process.getuid?.() === 0)("commands exit and print as documented, with", { timeout: 120_000 }, () => {
	beforeAll(async () => {
		await machines.makeReady();
		// Makes the measurements that are made only once.
		expect((await drydock(["check", "02", "--solution"])).code).toBe(0);
		await copyCache(join(files.dir, "built"));
	});
	test.each(SITUATIONS.map((situation) => [situation.name, situation] as const))("%s", async (_, situation) => {
		const acted = await runSituation(situation, files);
		for (const [at, { run, code, says = /^/ }] of situation.commands.entries())
			expect({ run, ...acted[at] }).toEqual({ run, code, output: expect.stringMatching(says) });
	});
});

afterAll(() => Promise.all([machines.close(), files.remove()]));
