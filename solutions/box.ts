import { runCommand } from "./01-process/process.ts";
import { isolate } from "./02-unshare/isolate.ts";
import { enterRoot } from "./04-pivot-root/enter-root.ts";
import { enterPidNamespace } from "./05-pid1/pid1.ts";
import { createCgroup, type Limits } from "./06-cgroups/cgroup.ts";
import { mountOverlay } from "./07-overlay/overlay.ts";
import { connect, type Published } from "./08-network/network.ts";
import { openImage } from "./09-scratch/image.ts";
import { Parts } from "./parts.ts";
import { onSearchPath } from "./search-path.ts";

/** What `box` is asked to run. A part that is not asked for is not done: each lesson adds one. */
export interface Options {
	/** The container's name, eight letters or digits: its cgroup, its directory and its link are named after it. */
	id?: string;
	/** 01: the program and its arguments. */
	command?: [string, ...string[]];
	/** 02: its own name. */
	hostname?: string;
	/** 04: its own root directory. */
	rootfs?: string;
	/** 05: its own pids, and an init. */
	init?: boolean;
	/** 06: what it may use. */
	limits?: Limits;
	/** 07: the layers that its root is made of, the topmost first; in place of `rootfs`. */
	layers?: string[];
	/** 08: its own network, and what leads there. */
	address?: string;
	publish?: Published[];
	/** 09: where its layers and its command come from. */
	image?: string;
}

/**
 * The engine: every lesson's module, in the order in which a container needs them.
 * @returns the command's exit code; 128+n when signal n ended it
 */
export function run({ id = "", hostname, rootfs, init, limits, address, publish = [], ...asked }: Options): number {
	const parts = new Parts();
	try {
		// On the host: what the container needs before it is there, and what has to be removed once it has ended.
		const cgroup = limits && parts.make(() => createCgroup(`/sys/fs/cgroup/box/${id}`, limits));
		const network = address === undefined ? undefined : parts.make(() => connect(`box-${id}`, address, publish));
		// What it unpacks goes with the overlay's directory.
		const image = asked.image === undefined ? undefined : openImage(asked.image, `/run/box/${id}/image`);
		const layers = asked.layers ?? image?.layers;
		const overlay = layers && parts.make(() => mountOverlay(layers, `/run/box/${id}`));
		const root = overlay?.merged ?? rootfs;
		const command = asked.command && onSearchPath(asked.command, layers ?? [rootfs ?? ""]);

		return runCommand(command ?? (image?.command as [string]), () => {
			// In a process of its own: it takes its leave of the host, step by step, and then becomes the command.
			parts.belongToParent();
			cgroup?.join();
			network?.join();
			if (hostname !== undefined) isolate(hostname);
			if (root !== undefined) enterRoot(root);
			if (init) enterPidNamespace();
		});
	} finally {
		parts.remove();
	}
}
