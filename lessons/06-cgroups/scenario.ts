import { BOX, DURING, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * Runs one container that asks for more than its limits, a second one that leaves processes behind, and two whose
 * limits the kernel refuses.
 */

/** The parent cgroup of all containers. */
export const PARENT = "/box";
/** The container without an init and without limits. Its command leaves processes behind. */
export const SECOND = "second";
/** The container whose limit of processes the kernel refuses. */
export const REFUSED_PIDS = "refusedPids";
/** The container whose limit of processors the kernel refuses. */
export const REFUSED_CPUS = "refusedCpus";
/** The moment at which the first container has asked for more than its limits allow, and the others have ended. */
export const LIMITS_REACHED = "limitsReached";
/** How many bytes over its limit the container asks for. */
export const EXCESS_BYTES = 16 << 20;
/** The name of a process that belongs to no container. Most processes that the second container leaves are called so. */
export const BYSTANDER = "sleep";

// Forks more processes than allowed, then kills its children. A shell that cannot fork ends, so this one is a subshell.
const TOO_MANY_FORKS =
	"(trap 'kill $pids; wait' EXIT; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do sleep 60 & pids=\"$pids $!\"; done) 2>/dev/null";

// Keeps a processor busy for 0.3 s of real time: three periods of the usual length.
const BUSY_LOOP =
	"now() { IFS=' .' read -r s cs _ </proc/uptime; now=$s$cs; }; now; until=$((now + 30)); while [ $now -lt $until ]; do now; done";

// awk makes a text of this size. It needs no device: a learner's enterRoot may have mounted a tmpfs on /dev. Its
// oom_score_adj makes the kernel's OOM killer choose awk and no other process.
const allocate = (bytes: number) =>
	`{ (echo 1000 >/proc/self/oom_score_adj; exec awk 'BEGIN { sprintf("%${bytes}s", "") }'); } 2>/dev/null`;

// SIGKILL is the only signal that ends these processes. One of them is stopped, but not before it has become sleep: a
// forked shell that is stopped before its execve keeps the name sh. When a sleeper ends, the shell that waits for it
// starts another one. So an engine that reads the list of processes only once misses some. In one half of the pairs the
// sleeper is the elder process, in the other half the shell: an engine may kill in any order.
//
// The last pairs have a real-time priority, and the guest has one processor. So after each kill, they run before the
// engine goes on, however fast the computer is: the new sleeper is there before the engine kills the shell. They only
// ever wait or fork, and never keep the processor. The first processes have the usual priority. They are so many that
// they are still ending when an engine that does not wait calls rmdir.
const LEAVE_SURVIVORS = `env --ignore-signal sh -c '
leave_pairs() {
	for n in $*; do
		sleep 1000 | { read -r _; sleep 1000; :; } &
		{ sleep 1000; sleep 1000; :; } &
	done
}
for n in 1 2 3; do sleep 1000 & done
until read -r name </proc/$!/comm; [ "$name" = sleep ]; do :; done; kill -STOP $!
leave_pairs 1 2 3 4
chrt --fifo --pid 1 $$
leave_pairs 1 2' </dev/null >/dev/null 2>&1`;

/** Draws ids, a hostname and limits. The limits are made from the random hexadecimal digits of drawn names. */
export function drawInputs(random: { hostname(): string; name(stem: string): string }): RandomInputs {
	const id = () => random.name("").slice(1);
	const below = (end: number) => Number.parseInt(id(), 16) % end;
	return {
		id: id(),
		second: id(),
		refusedPids: id(),
		refusedCpus: id(),
		hostname: random.hostname(),
		// A multiple of the page size, but not of 1 MiB.
		memoryMaxBytes: String(((24 + below(16)) << 20) + ((1 + below(200)) << 12)),
		// Multiplied by a period in microseconds, these give no whole number in floating point.
		cpus: (0.55 + below(4) / 100).toFixed(2),
		pidsMax: String(12 + below(8)),
	};
}

export function scenario({
	id = "",
	second = "",
	refusedPids = "",
	refusedCpus = "",
	hostname = "",
	...drawnLimits
}: RandomInputs): Scenario {
	const limits = {
		memoryMaxBytes: Number(drawnLimits["memoryMaxBytes"]),
		pidsMax: Number(drawnLimits["pidsMax"]),
		cpus: Number(drawnLimits["cpus"]),
	};
	return {
		does: `ran sh with at most ${drawnLimits["memoryMaxBytes"]} bytes of memory, ${drawnLimits["pidsMax"]} processes and ${drawnLimits["cpus"]} processors, on a host with swap, beside a second container without limits, which leaves processes behind; and tried two containers with limits that the kernel refuses`,
		prepare: [
			{ do: "write", path: "/sys/block/zram0/disksize", text: "64M" },
			// The kernel's default: this machine otherwise does not swap.
			{ do: "write", path: "/proc/sys/vm/swappiness", text: "60" },
			{ do: "run", argv: ["sh", "-c", "busybox mkswap /dev/zram0 && busybox swapon /dev/zram0"] },
			{ do: "run", argv: ["sh", "-c", `${BYSTANDER} 100000 </dev/null >/dev/null 2>&1 &`] },
		],
		calls: {
			[BOX]: {
				options: { id, hostname, rootfs: "/lab/rootfs", init: true, limits },
				script: `pause; ${TOO_MANY_FORKS}; ${BUSY_LOOP}; ${allocate(limits.memoryMaxBytes + EXCESS_BYTES)}; pause; exit $line`,
			},
			[SECOND]: {
				about: "it has no limits, and leaves processes behind that ignore signals",
				options: { id: second, limits: {} },
				script: `${LEAVE_SURVIVORS}\npause\nexit 0`,
			},
			[REFUSED_PIDS]: {
				about: "its limit pidsMax is a number that the kernel refuses",
				options: { id: refusedPids, limits: { pidsMax: -1 } },
				fails: true,
			},
			[REFUSED_CPUS]: {
				about: "its limit cpus is a number that the kernel refuses",
				options: { id: refusedCpus, limits: { cpus: -1 } },
				fails: true,
			},
		},
		readings: { cgroup: { below: PARENT } },
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: SECOND },
			{ do: "look", as: DURING },
			{ do: "call", call: REFUSED_PIDS },
			{ do: "call", call: REFUSED_CPUS },
			{ do: "feed", call: SECOND, last: true },
			{ do: "feed", call: BOX },
			{ do: "look", as: LIMITS_REACHED },
			// If the limit only slows awk down (memory.high), awk would never finish.
			{ do: "run", argv: ["busybox", "killall", "-q", "-KILL", "awk"], as: "stopped" },
			{ do: "feed", call: BOX, last: true },
		],
	};
}
