import { posix } from "node:path";
import { BOX, type Check, DURING, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * Runs a container, and enters it four times: with a command that exits, with one that asks for too much memory, with a
 * working directory that leads out of the container, and with a command that still runs when the container ends.
 */

/** The call that the lesson is about. */
export const EXEC = "exec";
/** The command that asks for more memory than the container may have. */
export const HOG = "hog";
/** The command whose working directory is a link to a directory of the host. */
export const OUTSIDE = "outside";
/** The command that still runs when the container ends. */
export const LAST = "last";
/** The moment at which {@link OUTSIDE} runs, if it was not refused. */
export const ESCAPED = "escaped";
/** The moment after the first three of these commands have ended, when {@link LAST} runs. */
export const AFTER = "after";

const MEMORY_MAX_BYTES = 48 << 20;
/** How much more than the container's limit {@link HOG} asks for. */
const EXCESS_BYTES = 16 << 20;
/** The cgroup below which each container has its own. */
export const CGROUPS = "/box";
/** A directory of the host that the engine has open. */
export const HOST_DIRECTORY = "/etc";
/** The container makes a link to each descriptor from 3 up to this number minus 1. */
const LINKS = 64;

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	const id = random.name("").slice(1);
	const number = Number.parseInt(id.slice(-2), 16);
	return {
		...{ id, hostname: random.hostname(), place: `/${random.name("place")}` },
		workdir: `/${random.name("work")}/${10 + (number % 50)}`,
		links: `/${random.name("links")}`,
		// Three digits, so that no address is the beginning of another.
		address: `10.88.0.${100 + (number % 100)}`,
	};
}

// The working directory is a link to a directory of the container. Of the other links, one leads to the engine's open
// directory, whatever number its descriptor has. No name tells which links are good.
const containerScript = ({ workdir = "", place, links }: RandomInputs) => `
mkdir ${place} ${links} ${posix.dirname(workdir)}; ln -s ${place} ${workdir}
all=; n=3; while [ $n -lt ${LINKS} ]; do all="$all /proc/self/fd/$n"; n=$((n+1)); done
ln -s $all ${links}
pause; exit $line`;

// dd allocates a buffer of this size. The kernel's OOM killer chooses the process of the cgroup with the most memory,
// and counts all that a process has mapped, whichever cgroup is charged for it: 27 MB for a process of the engine, such
// as the container's init, and 46 MB for dd at its end. An oom_score_adj of 1000 adds the whole limit to the count for
// dd, so no other process comes near it.
const HOG_SCRIPT = `pause; echo 1000 >/proc/self/oom_score_adj
exec dd if=/dev/zero of=/dev/null bs=${MEMORY_MAX_BYTES + EXCESS_BYTES} count=1 2>/dev/null`;

export function scenarioOf(drawn: RandomInputs): Scenario {
	const { id, hostname, address, workdir, links } = drawn;
	const enters = { enters: id };
	return {
		does: `ran a container with ${MEMORY_MAX_BYTES >> 20} MiB of memory and the hostname ${hostname}; entered it with sh in ${workdir}, with a command that asks for ${(MEMORY_MAX_BYTES + EXCESS_BYTES) >> 20} MiB, with a working directory that is a link to /proc/self/fd/N, and with a command that still ran when the container ended`,
		prepare: [],
		calls: {
			[BOX]: {
				about: "the container that the others enter",
				options: {
					...{ id, hostname, address },
					layers: ["/lab/rootfs"],
					init: true,
					limits: { memoryMaxBytes: MEMORY_MAX_BYTES },
					devices: [],
					nameservers: [],
				},
				script: containerScript(drawn),
			},
			[EXEC]: { options: { ...enters, workdir } },
			[HOG]: {
				about: "its command asks for more memory than the container may have",
				options: enters,
				script: HOG_SCRIPT,
			},
			[OUTSIDE]: {
				about: "its working directory is a link to /proc/self/fd/N, a directory of the host",
				export: "runWithOpenDirectory",
				options: { ...enters, links, open: HOST_DIRECTORY },
				fails: true,
			},
			[LAST]: { about: "its command still runs when the container ends", options: enters },
		},
		readings: { cgroup: { below: CGROUPS } },
		steps: [
			{ do: "call", call: BOX },
			{ do: "call", call: EXEC },
			{ do: "look", as: DURING },
			{ do: "feed", call: EXEC, last: true },
			{ do: "call", call: HOG },
			{ do: "feed", call: HOG, last: true },
			{ do: "call", call: OUTSIDE },
			{ do: "look", as: ESCAPED, call: OUTSIDE },
			{ do: "feed", call: OUTSIDE, line: "0", last: true },
			{ do: "call", call: LAST },
			{ do: "look", as: AFTER },
			{ do: "feed", call: BOX, line: "0", last: true },
			{ do: "await", call: LAST, until: "ended" },
		],
	};
}
