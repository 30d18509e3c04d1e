import { type HostTrees, showHostTrees } from "../host-trees.ts";
import { part } from "../part.ts";
import { remountWithUserAttributes } from "../user-overlay.ts";

/**
 * Comes after lesson 07 has mounted the container's root, so that it can be mounted in another way. And comes after the
 * host's root is gone, and before lesson 05 mounts /proc: shows the container the host's /proc, /sys and devices for a
 * moment. The part of lesson 10 removes them.
 */
part<{ mapping: unknown; rootfs: string; rootless: HostTrees }>({
	when: "mapping",
	make: ({ rootfs }) => remountWithUserAttributes(rootfs),
	enter: ({ rootless }) => showHostTrees(rootless),
});
