import { readFileSync } from "node:fs";
import {
	BOX,
	type Check,
	DURING,
	type Preparation,
	type RandomInputs,
	type Scenario,
} from "../../harness/judge/index.ts";

/**
 * Three containers that run as a user, and five that must not run at all. The host has a user of the same name, with
 * other numbers.
 */

/** The call for a container whose /etc/passwd and /etc/group are links. The host has files at the links' targets. */
export const LINKED = "linked";
/** The call for a command that runs as a number, in an image without /etc. */
export const NUMBER = "number";
/**
 * The home directory that the user's number has in a file of the host. On the host, the link /etc/passwd in the image
 * of {@link LINKED} leads to this file.
 */
export const HOST_HOME = "/home/of-the-host";
/** The call that asks for containers that must be refused. */
export const REFUSALS = "refusals";

/** The file that way-back, the first container's command, tries to make as root. */
export const PROOF = "root/proof";

const PROGRAM = readFileSync(new URL("way-back.asm", import.meta.url), "utf8");

/** The largest 32-bit number, and the next one. */
const [MINUS_ONE_IN_32_BITS, ZERO_IN_32_BITS] = [2 ** 32 - 1, 2 ** 32].map(String) as [string, string];

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	const bits = Number.parseInt(random.name("").slice(1), 16);
	// All have five digits, and no two begin with the same one. So none is a part of another.
	const number = (first: number) => String(first * 10_000 + (bits % 9_000));
	return {
		// The user, and its group.
		...{ user: random.name("user"), uid: number(2), gid: number(3) },
		// Two groups with names: one lists the user, the other is asked for. Another number that is asked for.
		...{ members: random.name("members"), membersGid: number(4) },
		...{ added: random.name("added"), addedGid: number(5), number: number(6) },
		// Another name for the user's number, in an earlier line, with groups of its own.
		...{ first: random.name("first"), firstGid: number(7), firstMembersGid: number(8) },
		// The number that the host's files have for the same names, and a name that only the host has.
		...{ hostUid: number(1), hostOnly: random.name("host") },
		// A group that the engine's process is in.
		engineGid: number(9),
		...{ images: random.name("images"), etc: random.name("etc") },
		...{ id: random.name("").slice(1), linkedId: random.name("").slice(1), numberId: random.name("").slice(1) },
	};
}

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { user = "", added = "", number = "", images = "", id, linkedId, numberId } = drawn;
	const layers = (image: string) => [`/lab/${images}/${image}`, "/lab/rootfs"];
	return {
		does: `ran a program as ${user}, in the groups ${added} and ${number} as well, on a host where ${user} has another number; ran two more programs as users; and tried five containers that must be refused`,
		prepare: preparations(drawn),
		calls: {
			[BOX]: {
				as: engineOf(drawn),
				options: { id, layers: layers("plain"), init: true, user, groupAdd: [added, number] },
				command: (token) => ["/way-back", token],
			},
			[LINKED]: {
				about: "a container whose /etc/passwd and /etc/group are links; it asks for a user's number and two groups",
				as: engineOf(drawn),
				options: {
					...{ id: linkedId, layers: layers("linked"), init: true },
					...{ user: `${drawn["uid"]}:${added}`, groupAdd: [number] },
				},
				script: "pause\nexit 0",
			},
			[NUMBER]: {
				about: "a container without /etc/passwd; it asks for a number",
				as: engineOf(drawn),
				options: { id: numberId, layers: layers("bare"), init: true, user: number },
				script: "pause\nexit 0",
			},
			[REFUSALS]: {
				about: "containers that must be refused, one after the other",
				...{ export: "tryAll", command: "none", until: "returns", as: engineOf(drawn) },
				options: { containers: refusedContainers(drawn) },
			},
		},
		steps: [
			...[BOX, LINKED, NUMBER].map((call) => ({ do: "call" as const, call })),
			{ do: "look", as: DURING },
			{ do: "call", call: REFUSALS },
			...[LINKED, NUMBER, BOX].map((call) => ({ do: "feed" as const, call, last: true as const })),
		],
		readings: { files: { inRoot: [PROOF] } },
	};
}

/** Options of containers that must be refused. Each has one mistake, and is named after it. */
function refusedContainers({ id = "", number = "", hostOnly = "" }: RandomInputs): Record<Refused, object> {
	const options = { id: id.split("").toReversed().join(""), rootfs: "/lab/rootfs" };
	return {
		unknownUser: { ...options, user: hostOnly },
		unknownGroup: { ...options, user: `${number}:${hostOnly}` },
		unknownGroupAdd: { ...options, user: number, groupAdd: [hostOnly] },
		minusOneAsUser: { ...options, user: MINUS_ONE_IN_32_BITS },
		zeroAsGroup: { ...options, user: `${number}:${ZERO_IN_32_BITS}` },
	};
}

export type Refused = "unknownUser" | "unknownGroup" | "unknownGroupAdd" | "minusOneAsUser" | "zeroAsGroup";

/** The engine is root, and in one more group. */
const engineOf = ({ engineGid }: RandomInputs) => ({ uid: 0, gid: 0, groups: [0, Number(engineGid)] });

function preparations(drawn: RandomInputs): Preparation[] {
	const { user, uid, gid, members, membersGid, added, addedGid, first, firstGid, firstMembersGid } = drawn;
	const { hostUid, hostOnly, images, etc } = drawn;
	const root = "root:x:0:0:root:/root:/bin/sh";
	const passwd = [
		root,
		`${user}2:x:1${hostUid}:1${hostUid}::/home/${user}2:/bin/sh`,
		`${first}:x:${uid}:${firstGid}::/home/${first}:/bin/sh`,
		`${user}:x:${uid}:${gid}:${first}:/home/of/${user}:/bin/sh`,
	];
	const group = [
		"root:x:0:",
		`${added}2:x:1${addedGid}:${user}2`,
		`${first}:x:${firstMembersGid}:${first}`,
		`${members}:x:${membersGid}:${user}2,${user}`,
		`${added}:x:${addedGid}:`,
	];
	const hostPasswd = [`${user}:x:${hostUid}:${hostUid}::/:/bin/sh`, `${hostOnly}:x:${hostUid}:${hostUid}::/:/bin/sh`];
	const hostGroup = [added, hostOnly].map((name) => `${name}:x:${hostUid}:`);
	hostGroup.push(`${members}:x:${hostUid}:${user}`);
	const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
	const write = (path: string, lines: string[]): Preparation => ({ do: "write", path, text: text(lines) });
	const top = `/lab/${images}`;
	return [
		write(`${top}/plain/etc/passwd`, passwd),
		write(`${top}/plain/etc/group`, group),
		write(`${top}/linked/${etc}/passwd`, passwd),
		write(`${top}/linked/${etc}/group`, group),
		// What a process of the host finds if it follows the links.
		write(`/${etc}/passwd`, [root, `${first}:x:${uid}:${hostUid}::${HOST_HOME}:/bin/sh`]),
		write(`/${etc}/group`, hostGroup),
		{ do: "write", path: `${top}/way-back.asm`, text: PROGRAM },
		{ do: "directory", path: `${top}/linked/etc` },
		{ do: "directory", path: `${top}/bare` },
		{ do: "run", argv: ["busybox", "sh", "-c", PREPARE, top, etc ?? "", text(hostPasswd), text(hostGroup)] },
	];
}

// One link is absolute. The other one has more ".." than there are directories above it. A character device 0:0 is a
// whiteout: the image `bare` has no /etc at all.
const PREPARE = `
nasm -f bin -o "$0/plain/way-back" "$0/way-back.asm" && chmod 755 "$0/plain/way-back" &&
ln -s "/$1/passwd" "$0/linked/etc/passwd" &&
ln -s "../../../../../../../../$1/group" "$0/linked/etc/group" &&
mknod "$0/bare/etc" c 0 0 &&
printf %s "$2" >>/etc/passwd && printf %s "$3" >>/etc/group`;
