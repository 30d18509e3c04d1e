import {
	BOX,
	type Context,
	commandAt,
	type Drawn,
	DURING,
	type Observation,
	type Scenario,
} from "../../harness/grade/index.ts";

/**
 * What is played: one container that asks for more than it may have, a second one that leaves processes behind, and a
 * third one whose limit the kernel refuses. And how to read what came of it.
 */

export const ROOT = "/sys/fs/cgroup";
/** Without an init and without limits; its command leaves processes behind. */
export const SECOND = "second";
/** With a limit that the kernel refuses. */
export const REFUSED = "refused";
/** The moment at which the container has asked for too much of everything, and the second one has ended. */
export const SPENT = "spent";
/** The program that reads cgroup files which the probe does not read. */
const FILES = "files";

// Forks more than it may, and ends what it has got. A shell that cannot fork ends at once, so it is one of its own.
const CROWD =
	"(trap 'kill $pids; wait' EXIT; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do sleep 60 & pids=\"$pids $!\"; done) 2>/dev/null";

// Works for 0.3 s by the clock: three periods of the usual length.
const BURN =
	"now() { IFS=' .' read -r s cs _ </proc/uptime; now=$s$cs; }; now; until=$((now + 30)); while [ $now -lt $until ]; do now; done";

// dd fills a buffer of this size. It offers itself to the kernel: nobody else shall be chosen.
const hog = (bytes: number) =>
	`{ (echo 1000 >/proc/self/oom_score_adj; exec dd if=/dev/zero of=/dev/null bs=${bytes} count=1); } 2>/dev/null`;

/** Draws numbers from a name's random hexadecimal digits. */
export function drawn(random: { hostname(): string; name(stem: string): string }): Drawn {
	const id = () => random.name("").slice(1);
	const below = (end: number) => Number.parseInt(id(), 16) % end;
	return {
		id: id(),
		second: id(),
		refused: id(),
		hostname: random.hostname(),
		memoryMaxBytes: String((24 + below(16)) << 20),
		// These, times a period in microseconds, are no whole numbers in floating point.
		cpus: (0.55 + below(4) / 100).toFixed(2),
		pidsMax: String(12 + below(8)),
	};
}

export function scenario({ id = "", second = "", refused = "", hostname = "", ...asked }: Drawn): Scenario {
	const limits = {
		memoryMaxBytes: Number(asked["memoryMaxBytes"]),
		pidsMax: Number(asked["pidsMax"]),
		cpus: Number(asked["cpus"]),
	};
	const parentFiles = ["cgroup.subtree_control", "memory.max", "pids.max", "cpu.max"];
	const ownFiles = ["cgroup.procs", "memory.max", "memory.high", "pids.max", "cpu.max", "cpu.weight"];
	const files = [...parentFiles, ...ownFiles.map((name) => `${id}/${name}`)].map((name) => `${ROOT}/box/${name}`);
	return {
		does: `ran sh with ${asked["memoryMaxBytes"]} bytes of memory at most, ${asked["pidsMax"]} processes and ${asked["cpus"]} processors, on a host that has swap`,
		prepare: [
			{ do: "write", path: "/sys/block/zram0/disksize", text: "64M" },
			// The kernel's default; this machine is set up not to swap.
			{ do: "write", path: "/proc/sys/vm/swappiness", text: "60" },
			{ do: "run", argv: ["sh", "-c", "busybox mkswap /dev/zram0 && busybox swapon /dev/zram0"] },
		],
		options: { id, hostname, rootfs: "/lab/rootfs", init: true, limits },
		script: `pause; ${CROWD}; ${BURN}; ${hog(limits.memoryMaxBytes + (16 << 20))}; pause; exit $line`,
		others: {
			[SECOND]: {
				about: "nothing is limited in it",
				options: { id: second, limits: {} },
				script: `for n in 1 2 3 4 5 6 7 8; do sleep 1000 </dev/null >/dev/null 2>&1 & done; pause; exit 0`,
			},
			[REFUSED]: {
				about: "one of its limits is a number that the kernel refuses",
				options: { id: refused, limits: { pidsMax: -1 } },
				fails: true,
			},
		},
		steps: [
			{ do: "start", container: BOX },
			{ do: "start", container: SECOND },
			{ do: "start", container: REFUSED },
			{ do: "look", as: DURING },
			{ do: "run", argv: ["grep", "-s", "", ...files], as: FILES },
			{ do: "end", container: SECOND },
			{ do: "go", container: BOX },
			{ do: "look", as: SPENT },
			// One that is only slowed down (memory.high) would never be done.
			{ do: "run", argv: ["busybox", "killall", "-q", "-KILL", "dd"], as: "stopped" },
			{ do: "end", container: BOX },
		],
	};
}

/** A file of the container's parent cgroup, by its path from there, while the command waited; undefined if not there. */
export function fileOf({ programs }: Observation, path: string): string | undefined {
	const lines = (programs[FILES]?.stdout ?? "").split("\n").filter((line) => line.startsWith(`${ROOT}/box/${path}:`));
	return lines.length === 0 ? undefined : lines.map((line) => line.slice(line.indexOf(":") + 1)).join(" ");
}

/** A file of the container's own cgroup; the program reads it whether the command is in that cgroup or not. */
export const ownFile = ({ observation, drawn: { id } }: Pick<Context, "observation" | "drawn">, name: string) =>
	fileOf(observation, `${id}/${name}`);

/** A file of the cgroup that a container's command is in. */
export function cgroupFile(observation: Observation, moment: string, name: string, container = BOX): string {
	return commandAt(observation, moment, container)?.cgroupFiles[name] ?? "no such file";
}

/** Whether the engine is in the container's cgroup. */
export function engineInside({ observation, drawn: { id } }: Pick<Context, "observation" | "drawn">): boolean {
	return commandAt(observation, DURING)?.engineCgroup === `0::/box/${id}`;
}
