import { part } from "../part.ts";
import { enterRoot } from "./chroot.ts";

/** A root directory: paths start there. */
part<{ rootfs: string }>({ when: "rootfs", enter: ({ rootfs }) => enterRoot(rootfs) });
