import { BOX, type Check, DURING, type RandomInputs, type Scenario } from "../../harness/judge/index.ts";

/**
 * A container with an overlay, a cgroup, a network and one more device than others. Its command tries to change a
 * setting of the host's kernel.
 */

/** The setting that the command tries to change: what the kernel does when a program crashes. See core(5). */
export const CORE_PATTERN = "/proc/sys/kernel/core_pattern";
/** The step that reads the setting afterwards. */
export const PATTERN = "pattern";
/** The files that say the names and the name servers, without their first slash. */
export const NAME_FILES = ["etc/hostname", "etc/hosts", "etc/resolv.conf"];

/**
 * The additional device: a disk in memory. Its mode is for owner and group, and not for everybody. Unlike the devices
 * of every container, it is a block device. Its numbers are those of /dev/full, so only the type tells the two apart.
 */
export const EXTRA = { major: 1, minor: 7, mode: 0o660 } as const;
const S_IFBLK = 0o060000;

export function drawInputs(random: Parameters<Check["draw"]>[0]): RandomInputs {
	// The last number of each address is made from this byte. The number always has three digits, so no address is the
	// beginning of another.
	const [byte = 0] = Buffer.from(random.name("").slice(1), "hex");
	return {
		id: random.name("").slice(1),
		hostname: random.hostname(),
		device: random.name("device"),
		pattern: random.name("core"),
		address: `10.88.0.${100 + (byte % 100)}`,
		nameserver: `192.0.2.${100 + (byte % 100)}`,
		otherNameserver: `198.51.100.${100 + (byte % 100)}`,
	};
}

export function scenarioOf({ id, hostname, device, pattern, address, ...drawn }: RandomInputs): Scenario {
	return {
		does: `ran sh with the hostname ${hostname}, the address ${address} and the device /dev/${device}`,
		prepare: [],
		calls: {
			[BOX]: {
				options: {
					...{ id, hostname, address },
					layers: ["/lab/rootfs"],
					init: true,
					limits: {},
					devices: [{ path: `/dev/${device}`, type: S_IFBLK, ...EXTRA }],
					nameservers: [drawn["nameserver"] ?? "", drawn["otherNameserver"] ?? ""],
				},
				script: `{ echo ${pattern} >${CORE_PATTERN}; } 2>/dev/null\npause\nexit $line`,
			},
		},
		steps: [
			{ do: "call", call: BOX },
			{ do: "look", as: DURING },
			{ do: "run", argv: ["busybox", "cat", CORE_PATTERN], as: PATTERN },
			{ do: "feed", call: BOX, last: true },
		],
		readings: { files: { treesInRoot: ["dev"], inRoot: NAME_FILES } },
	};
}
