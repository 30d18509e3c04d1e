import { type HostTrees, showHostTrees } from "../host-trees.ts";
import { part } from "../part.ts";

/**
 * Shows a user's container the host's /proc, /sys and devices for a moment. Comes after the host's root is gone, and
 * before lesson 05 mounts /proc. The part of lesson 10 removes them.
 */
part<{ mapping: unknown; rootless: HostTrees }>({
	when: "mapping",
	enter: ({ rootless }) => showHostTrees(rootless),
});
