import { part } from "../part.ts";
import { enterRoot } from "./enter-root.ts";

/** A root mount of its own, from which no path leads to the host's. */
part<{ rootfs: string }>({ when: "rootfs", enter: ({ rootfs }) => enterRoot(rootfs) });
