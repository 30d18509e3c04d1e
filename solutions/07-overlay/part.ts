import { readFileSync, rmSync } from "node:fs";
import { MNT_DETACH, umount2 } from "#kernel";
import { part } from "../part.ts";
import { RUN } from "../places.ts";
import { mountOverlay, type Overlay } from "./overlay.ts";

/** Gives a container a root made of layers. The topmost layer is the container's own. */
part<{ layers: string[] }, Overlay>({
	when: "layers",
	// A directory becomes the only layer.
	readOptions: (_, { rootfs }) => (rootfs === undefined ? {} : { layers: [rootfs], rootfs: undefined }),
	make: (container) => {
		const overlay = mountOverlay(container.layers, directoryOf(container.id));
		container.rootfs = overlay?.merged ?? container.rootfs;
		return overlay;
	},
	remove: (overlay) => overlay.remove(),
	removeRemains: (id) => {
		const path = directoryOf(id);
		// Unmounts first, the latest mount first. Otherwise rmSync would delete files that are mounted there and are
		// not this container's.
		for (const mountPoint of mountPoints().toReversed())
			if (mountPoint.startsWith(`${path}/`)) umount2(mountPoint, MNT_DETACH);
		rmSync(path, { recursive: true, force: true });
	},
});

const directoryOf = (id: string) => `${RUN}/${id}`;

// The mount point is the fifth field of a line. See proc_pid_mountinfo(5).
function mountPoints(): string[] {
	const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
	return lines.map((line) => line.split(" ")[4] ?? "");
}
