import {
	CAP_CHOWN,
	CAP_DAC_OVERRIDE,
	CAP_FOWNER,
	CAP_FSETID,
	CAP_KILL,
	CAP_NET_BIND_SERVICE,
	CAP_SETFCAP,
	CAP_SETGID,
	CAP_SETPCAP,
	CAP_SETUID,
	CAP_SYS_CHROOT,
	CAPABILITY_NAMES,
} from "#kernel";

/** What root has in a container if nothing else is asked for. podman has the same list. */
export const DEFAULT_CAPABILITIES: readonly number[] = [
	// Programs that install files give them to other users.
	CAP_CHOWN,
	// They also write files of other users, and change modes and times of these files.
	CAP_DAC_OVERRIDE,
	CAP_FOWNER,
	CAP_FSETID,
	// A program that starts others as other users also ends them.
	CAP_KILL,
	// A server uses a port below 1024.
	CAP_NET_BIND_SERVICE,
	// A package manager gives capabilities to files.
	CAP_SETFCAP,
	// A server starts as root and then runs as another user.
	CAP_SETGID,
	CAP_SETUID,
	// A process takes capabilities out of its bounding set: a container has no more than these anyway.
	CAP_SETPCAP,
	// A server such as sshd changes its root directory.
	CAP_SYS_CHROOT,
];

/** What the command line says about capabilities: words of --cap-add and --cap-drop, and whether --privileged is given. */
interface Asked {
	add: readonly string[];
	drop: readonly string[];
	privileged: boolean;
}

const ALL = CAPABILITY_NAMES.map((_, number) => number);

/**
 * Computes sets of capabilities as podman does.
 * @returns `bounding`: what root has, and the most that any program can get; `ambient`: what another user's command keeps
 * @throws {Error} a word names no capability, or is both added and dropped
 */
export function chooseCapabilities({ add, drop, privileged }: Asked): { bounding: number[]; ambient: number[] } {
	const both = add.find((word) => drop.some((other) => nameOf(other) === nameOf(word)));
	if (both !== undefined) throw new Error(`--cap-add ${both}: --cap-drop names it, too`);
	const added = add.flatMap((word) => numbersOf("cap-add", word));
	const dropped = drop.flatMap((word) => numbersOf("cap-drop", word));
	const start = drop.some(isAll) ? [] : DEFAULT_CAPABILITIES;
	// A capability that is named counts, whatever ALL says.
	const kept = [...start, ...added].filter((number) => drop.some(isAll) || !dropped.includes(number));
	const bounding = privileged ? ALL : ALL.filter((number) => kept.includes(number));
	return { bounding, ambient: bounding.filter((number) => added.includes(number)) };
}

function numbersOf(option: string, word: string): readonly number[] {
	if (isAll(word)) return ALL;
	const number = (CAPABILITY_NAMES as readonly string[]).indexOf(nameOf(word));
	if (number < 0) throw new Error(`--${option} ${word}: there is no such capability; capabilities(7) lists them`);
	return [number];
}

const isAll = (word: string) => word.toUpperCase() === "ALL";
const nameOf = (word: string) => (isAll(word) ? "ALL" : `CAP_${word.toUpperCase().replace(/^CAP_/, "")}`);
