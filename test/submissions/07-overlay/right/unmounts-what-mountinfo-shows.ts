// Keeps no account: one function unmounts whatever /proc/self/mountinfo shows below dir, the deepest first, and
// removes dir; the same for a refused mount and for remove.
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { MNT_DETACH, mount, UMOUNT_NOFOLLOW, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer. */
	remove(): void;
}

/** Where something is mounted, below a directory; the one that was mounted last comes first. */
function mountsBelow(dir: string): string[] {
	return readFileSync("/proc/self/mountinfo", "utf8")
		.trimEnd()
		.split("\n")
		.map((line) =>
			(line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8))),
		)
		.filter((place) => place.startsWith(`${dir}/`))
		.reverse();
}

function tidy(dir: string): void {
	for (const place of mountsBelow(dir)) umount2(place, MNT_DETACH | UMOUNT_NOFOLLOW);
	rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

/**
 * Mounts layers over one another, with an empty writable one on top.
 * The engine calls it on the host, before it forks; `merged` becomes the root of the command, and `remove` is called
 * when the command has ended.
 *
 * @param lowerdirs absolute paths of the image's layers, the topmost first; nothing must be written to them
 * @param dir absolute path of a directory for this container alone, such as /run/box/1f0c22ab; it is not there yet
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	let merged: string | undefined;
	try {
		const [upperdir, workdir, place] = ["changes", "work", "all"].map((name) => {
			mkdirSync(`${dir}/${name}`, { recursive: true });
			return `${dir}/${name}`;
		}) as [string, string, string];
		const options = new Map([
			["upperdir", upperdir],
			["workdir", workdir],
			["lowerdir", lowerdirs.reduce((above, below) => `${above}:${below}`)],
		]);
		mount("none", place, "overlay", 0, [...options].map((option) => option.join("=")).join(","));
		merged = place;
		return { merged, remove: () => tidy(dir) };
	} finally {
		if (merged === undefined) tidy(dir);
	}
}
