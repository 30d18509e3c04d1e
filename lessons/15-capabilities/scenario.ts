import { readFileSync } from "node:fs";
import {
	BOX,
	CAPABILITIES,
	type Check,
	DURING,
	type Preparation,
	type RandomInputs,
	type Scenario,
} from "../../harness/judge/index.ts";

/**
 * Runs four containers and enters the first one. Root's command in the first container tries what only some
 * capabilities allow, and so does the one in the last container, which has them all.
 */

/** The container whose command is another user's, and keeps two capabilities. */
export const USER = "user";
/** The container in which no program may have capabilities, with a setuid program as its command. */
export const SETUID = "setuid";
/** The call that enters the first container. */
export const EXEC = "exec";
/** The container that has all capabilities, and no_new_privs. It is made after the moment {@link DURING}. */
export const PRIVILEGED = "privileged";
/** The programs that read the clock's settings: before all containers, after {@link BOX}, and after {@link PRIVILEGED}. */
export const CLOCK = { before: "clock before", during: "clock during", privileged: "clock privileged" } as const;

/** The file with what the command has read of the host's disk, and the directory where it has mounted something. */
export const DISK_BYTES = "disk-bytes";
export const MOUNT_POINT = "/tmp";

/**
 * podman's default: CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP,
 * CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT and CAP_SETFCAP.
 */
const DEFAULT = [0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31];
/** Capabilities that may be added: some with a number up to 31, and some with a higher one. */
const LOW = { CAP_NET_BROADCAST: 11, CAP_NET_RAW: 13, CAP_IPC_LOCK: 14, CAP_SYS_NICE: 23, CAP_LEASE: 28 };
const HIGH = { CAP_WAKE_ALARM: 35, CAP_BLOCK_SUSPEND: 36, CAP_AUDIT_READ: 37 };
const NUMBERS: Readonly<Record<string, number>> = { ...LOW, ...HIGH };
/**
 * What the engine's own process passes on by its inheritable set: CAP_SYS_PTRACE and CAP_SYSLOG. Neither is in a set
 * that a container of this check is to have, except for the last one.
 */
export const ENGINES = [19, 34];

/** What a container's command is to have. The module's function gets these. */
export interface Privileges {
	bounding: number[];
	ambient: number[];
	noNewPrivileges: boolean;
}

/** The privileges that are asked for, by call. */
export function askedFor({ low = "", high = "" }: RandomInputs): Record<string, Privileges> {
	const added = [low, high].flatMap((name) => NUMBERS[name] ?? []);
	const chosen = {
		bounding: [...DEFAULT, ...added].toSorted((a, b) => a - b),
		ambient: added,
		noNewPrivileges: false,
	};
	const all = Array.from({ length: CAPABILITIES }, (_, number) => number);
	return {
		[BOX]: chosen,
		[USER]: chosen,
		[EXEC]: chosen,
		[SETUID]: { bounding: [], ambient: [], noNewPrivileges: true },
		[PRIVILEGED]: { bounding: all, ambient: [], noNewPrivileges: true },
	};
}

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	const bits = Number.parseInt(random.name("").slice(1), 16);
	const oneOf = (names: string[], shift: number) => names[(bits >>> shift) % names.length] ?? "";
	return {
		...{ low: oneOf(Object.keys(LOW), 0), high: oneOf(Object.keys(HIGH), 8) },
		...{ uid: String(20_000 + (bits % 9_000)), gid: String(30_000 + (bits % 9_000)) },
		group: String(40_000 + (bits % 9_000)),
		// Differences from the clock's own rate, in parts of a millionth: 65,536 are one millionth.
		...{ rate: String(50_000 + (bits % 9_000)), otherRate: String(70_000 + (bits % 9_000)) },
		image: random.name("image"),
		...{ id: random.name("").slice(1), userId: random.name("").slice(1) },
		...{ setuidId: random.name("").slice(1), privilegedId: random.name("").slice(1) },
	};
}

/** Tries what needs CAP_MKNOD, CAP_SYS_ADMIN and CAP_SYS_TIME. The disk has the numbers 254:0. */
const triesOf = (rate = "") => `{
mknod /disk b 254 0; dd if=/disk of=/${DISK_BYTES} bs=512 count=1
mount -t tmpfs none ${MOUNT_POINT}
adjtimex -f ${rate}
} >/dev/null 2>&1
pause`;

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { uid, gid, group, rate, otherRate, image, id, userId, setuidId, privilegedId } = drawn;
	const asked = askedFor(drawn);
	const container = (call: string, id = "", user = "0:0") => ({
		...{ id, init: true, layers: ["/lab/rootfs"], user },
		privileges: asked[call],
	});
	const readClock = ["busybox", "adjtimex"];
	return {
		does: `ran root's command with ${asked[BOX]?.bounding.length} capabilities, two of them added, and entered that container; ran the user ${uid}'s command with the two that are added; ran a setuid program as user ${uid}, with no capabilities and no_new_privs; and ran root's command with all capabilities and no_new_privs`,
		prepare: preparations(image),
		calls: {
			// Only a container with a cgroup can be entered.
			[BOX]: { options: { ...container(BOX, id), limits: {} }, script: `${triesOf(rate)}\nexit $line` },
			[USER]: {
				about: "its command is not root's, and keeps the two capabilities that are added",
				options: { ...container(USER, userId, `${uid}:${gid}`), groupAdd: [group] },
				script: "pause\nexit 0",
			},
			[SETUID]: {
				about: "its command is a setuid program, no capability is allowed, and no_new_privs is asked for",
				options: { ...container(SETUID, setuidId, `${uid}:${gid}`), layers: [`/lab/${image}`, "/lab/rootfs"] },
				command: (token) => ["/setuid", token],
			},
			[EXEC]: {
				about: "it enters the first container",
				options: { enters: id, user: "0:0", privileges: asked[EXEC] },
				script: "pause\nexit 0",
			},
			[PRIVILEGED]: {
				about: "root has all capabilities, and no_new_privs is asked for",
				options: container(PRIVILEGED, privilegedId),
				script: `${triesOf(otherRate)}\nexit 0`,
			},
		},
		steps: [
			...[BOX, USER, SETUID, EXEC].map((call) => ({ do: "call" as const, call })),
			{ do: "look", as: DURING },
			{ do: "run", argv: readClock, as: CLOCK.during },
			{ do: "call", call: PRIVILEGED },
			{ do: "look", as: PRIVILEGED },
			{ do: "run", argv: readClock, as: CLOCK.privileged },
			...[PRIVILEGED, EXEC, SETUID, USER, BOX].map((call) => ({ do: "feed" as const, call, last: true as const })),
		],
		readings: { files: { inRoot: [DISK_BYTES] } },
	};
}

const PROGRAM = readFileSync(new URL("setuid.asm", import.meta.url), "utf8");

const preparations = (image = ""): Preparation[] => [
	{ do: "run", argv: ["busybox", "adjtimex"], as: CLOCK.before },
	{ do: "write", path: `/lab/${image}/setuid.asm`, text: PROGRAM },
	{
		do: "run",
		argv: ["busybox", "sh", "-c", 'cd "$0" && nasm -f bin -o setuid setuid.asm && chmod 4755 setuid', `/lab/${image}`],
	},
];
