import { part } from "../part.ts";
import { enterRoot } from "./enter-root.ts";

/** Gives a container its own root mount. No path leads from there to the host's root. */
part<{ rootfs: string }>({ when: "rootfs", enter: ({ rootfs }) => enterRoot(rootfs) });
