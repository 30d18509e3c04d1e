import {
	BOX,
	type Check,
	DURING,
	type Preparation,
	type RandomInputs,
	type Scenario,
} from "../../harness/judge/index.ts";

/**
 * Two containers of an ordinary user. The first one has ranges of ids. The second one has none, and shares the host's pids,
 * so that its command can name a process of the host's root. Both try what only the host's root may do.
 */

/** The container without ranges. */
export const ALONE = "alone";

/** Files that the commands make in the directory of the user: one as root, one that root gives to others, and one in the second container. */
export const MADE = { byRoot: "by-root", given: "given", alone: "alone" } as const;
/** What the first command gives the file `given`: user and group inside. */
export const GIVEN_TO = { uid: 1, gid: 2 } as const;
/** What the commands try: each makes its file only if the kernel has allowed what it must refuse. */
export const TRIED = { secret: "stolen", mount: "thawed" } as const;
/** A file in the directory of the host's root: the pid of a process of root. */
export const PID_FILE = "pid";

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	const bits = Number.parseInt(random.name("").slice(1), 16);
	const number = (first: number, digits: number) =>
		String(first * 10 ** (digits - 1) + (bits % (9 * 10 ** (digits - 2))));
	return {
		...{ user: random.name("user"), uid: number(2, 5), gid: number(3, 5), callersGroup: number(4, 5) },
		...{ subuid: number(5, 6), subgid: number(7, 6), count: String(1_000 + (bits % 997)) },
		...{ cgroup: random.name("part"), image: random.name("image"), secret: random.name("secret") },
		...{ shared: random.name("shared"), roots: random.name("roots"), frozen: random.name("frozen") },
		...{ id: random.name("").slice(1), aloneId: random.name("").slice(1), hostname: random.hostname() },
	};
}

/** Directories of the host. */
export function pathsOf({ image, shared, roots, frozen, uid, cgroup }: RandomInputs) {
	return {
		image: `/lab/${image}`,
		/** Of the user. */
		shared: `/lab/${shared}`,
		/** Of the host's root: everybody may enter it, and nobody else may read the file in it. */
		roots: `/lab/${roots}`,
		/** A file system of the host that is mounted read-only. Everybody might write in it otherwise. */
		frozen: `/lab/${frozen}`,
		/** What a login makes for a user: where box has everything that it makes for a container. */
		run: `/run/user/${uid}`,
		cgroup: `/sys/fs/cgroup/${cgroup}`,
	};
}

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { id, aloneId, hostname, user, uid, callersGroup } = drawn;
	const { image, shared, roots, frozen, run, cgroup } = pathsOf(drawn);
	const [own, ownGroup] = [Number(uid), Number(drawn["gid"])];
	const count = Number(drawn["count"]);
	const volume = (source: string, target: string) => ({ source, target, readOnly: false });
	const options = {
		...{ hostname, layers: [image], devices: [], nameservers: [] },
		volumes: [volume(shared, "/shared"), volume(roots, "/roots"), volume(frozen, "/frozen")],
	};
	const as = { uid: own, gid: ownGroup, groups: [ownGroup, Number(callersGroup)], cgroup: `${cgroup}/engine` };
	return {
		does: `made two containers as ${user}, user ${uid} in the groups ${drawn["gid"]} and ${callersGroup}: one with the ranges ${drawn["subuid"]} and ${drawn["subgid"]}, and one without; both tried to get at what belongs to the host's root`,
		prepare: preparations(drawn),
		calls: {
			[BOX]: {
				as,
				options: {
					...options,
					...{ id, init: true, limits: { pidsMax: 40 } },
					mapping: {
						...{ uid: own, gid: ownGroup },
						subuids: { start: Number(drawn["subuid"]), count },
						subgids: { start: Number(drawn["subgid"]), count },
					},
				},
				script: SCRIPT(drawn),
			},
			[ALONE]: {
				about: "a container of a user without ranges, with the host's pids",
				as,
				options: { ...options, id: aloneId, mapping: { uid: own, gid: ownGroup, subuids: null, subgids: null } },
				script: ALONE_SCRIPT,
			},
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: ALONE },
			{ do: "look", as: DURING },
			{ do: "feed", call: ALONE, last: true },
			{ do: "feed", call: BOX, last: true },
		],
		readings: { identity: {}, network: {}, overlay: {}, files: { watch: [shared, roots, frozen, run] } },
	};
}

// Whatever is refused makes no file.
const SCRIPT = ({ secret }: RandomInputs) => `
echo >/shared/${MADE.byRoot}
echo >/shared/${MADE.given}; busybox chown ${GIVEN_TO.uid}:${GIVEN_TO.gid} /shared/${MADE.given}
{ busybox cat /roots/${secret} >/shared/all && busybox mv /shared/all /shared/${TRIED.secret}; } 2>&-
{ busybox mount -o remount,bind,rw /frozen && echo >/frozen/${TRIED.mount}; } 2>&-
pause
exit $line`;

const ALONE_SCRIPT = `
echo >/shared/${MADE.alone}
read -r pid </roots/${PID_FILE}; kill -9 $pid 2>&-
pause
exit $line`;

function preparations(drawn: RandomInputs): Preparation[] {
	const { user, uid, gid, subuid, subgid, count, secret } = drawn;
	const { image, shared, roots, frozen, run, cgroup } = pathsOf(drawn);
	return [
		{ do: "write", path: `${roots}/${secret}`, text: "the secret of the host's root\n", mode: 0o600 },
		...[shared, frozen, run, `/home/${user}`].map((path) => ({ do: "directory" as const, path })),
		{
			do: "run",
			argv: [
				...["busybox", "sh", "-ec", PREPARE, image, shared, roots, frozen, run, cgroup],
				...[user, uid, gid, subuid, subgid, count].map(String),
			],
		},
	];
}

// The image belongs to the user: what belongs to a number without a map, nobody in the namespace may change.
const PREPARE = `
image=$0 shared=$1 roots=$2 frozen=$3 run=$4 cgroup=$5 user=$6 uid=$7 gid=$8 subuid=$9
shift 9; subgid=$1 count=$2
echo "$user:x:$uid:$gid::/home/$user:/bin/sh" >>/etc/passwd
echo "$user:$subuid:$count" >>/etc/subuid
echo "$user:$subgid:$count" >>/etc/subgid
for dir in bin dev etc proc root sys tmp; do busybox mkdir -p $image/$dir; done
busybox cp /usr/bin/busybox $image/bin/busybox
busybox ln -s busybox $image/bin/sh
for device in null zero full random urandom tty; do : >$image/dev/$device; done
busybox mkdir $cgroup $cgroup/engine
busybox chown -R $uid:$gid $image $shared $run /home/$user
busybox chown $uid:$gid $cgroup $cgroup/cgroup.procs $cgroup/cgroup.subtree_control $cgroup/engine $cgroup/engine/cgroup.procs
busybox mount -t tmpfs -o mode=1777 frozen $frozen
busybox mount -o remount,bind,ro $frozen
busybox sleep 1000 </dev/null >/dev/null 2>&1 &
echo $! >$roots/${PID_FILE}`;
