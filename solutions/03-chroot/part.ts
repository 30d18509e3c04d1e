import { part } from "../part.ts";
import { enterRoot } from "./chroot.ts";

/** Gives a container its own root directory, where its paths start. */
part<{ rootfs: string }>({ when: "rootfs", enter: ({ rootfs }) => enterRoot(rootfs) });
