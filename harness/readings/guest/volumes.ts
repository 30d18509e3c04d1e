import { lstatSync, readdirSync, readFileSync } from "node:fs";
import type { Mount } from "../mounts.ts";
import { type Volume, volumesIn } from "../volumes.ts";
import { parseMountinfo } from "./mountinfo.ts";
import { directoriesIn } from "./overlay.ts";
import { HARBOUR_ROOT } from "./paths.ts";
import type { ProcessReading } from "./process-reading.ts";
import type { Reader } from "./reader.ts";

/** Maximum number of names to report of a volume. */
const NAMES_MAX = 12;
/** Maximum number of volumes to read of a process. */
const VOLUMES_MAX = 16;

export const volumes: Reader<"volumes"> = (asked) => ({
	process: (from) => ({ volumes: asked === undefined ? null : readVolumes(from) }),
});

function readVolumes({ pid, mounts }: ProcessReading): Volume[] {
	const hostMounts = parseMountinfo(readFileSync("/proc/1/mountinfo", "utf8"));
	const found = volumesIn(mounts, hostMounts).slice(0, VOLUMES_MAX);
	return found.map(({ id, mountPoint }) => {
		const names = namesIn(`/proc/${pid}/root`, mountPoint);
		const shown = names?.slice(0, NAMES_MAX) ?? null;
		const ofImage = new Set(
			shown === null ? [] : lowerDirectories(mounts).flatMap((lower) => namesIn(lower, mountPoint) ?? []),
		);
		return {
			mount: id,
			names: shown,
			more: (names?.length ?? 0) > NAMES_MAX,
			namesOfImage: shown?.filter((name) => ofImage.has(name)) ?? [],
		};
	});
}

/** The lower layers of the overlay that is the process's root; none if its root is something else. */
function lowerDirectories(mounts: readonly Mount[]): string[] {
	const root = mounts.findLast(({ mountPoint }) => mountPoint === "/");
	if (root?.fstype !== "overlay") return [];
	return directoriesIn(root.options).lowerdirs.map((path) => `${HARBOUR_ROOT}${path}`);
}

/** The sorted names in a directory; null if the path leads to no directory, or leads there by a link. */
function namesIn(top: string, path: string): string[] | null {
	try {
		let at = `${top}/`;
		for (const name of path.split("/").filter(Boolean)) {
			at = `${at}/${name}`;
			if (!lstatSync(at).isDirectory()) return null;
		}
		return readdirSync(at).sort();
	} catch {
		return null; // There is no such directory, or it has been removed or unmounted meanwhile.
	}
}
