// Names the layers relative to the directory that they have in common, so that many fit into one page of options; and
// waits a little where the mount is still busy.
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { relative, sep } from "node:path";
import { chdir, mount, SyscallError, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer. */
	remove(): void;
}

/** The directory that all of these are in; "/" if there is no better one. */
function commonParent(paths: readonly string[]): string {
	const [first = "/", ...others] = paths;
	const parts = first.split(sep).slice(0, -1);
	for (const other of others) {
		const theirs = other.split(sep).slice(0, -1);
		while (parts.some((part, at) => theirs[at] !== part)) parts.pop();
	}
	return parts.join(sep) || "/";
}

function unmount(target: string): void {
	const clock = new Int32Array(new SharedArrayBuffer(4));
	for (let tries = 20; ; tries--) {
		try {
			umount2(target, 0);
			return;
		} catch (error) {
			if (!(error instanceof SyscallError) || error.code !== "EBUSY" || tries === 0) throw error;
			Atomics.wait(clock, 0, 0, 50);
		}
	}
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
	const merged = `${dir}/merged`;
	const parent = commonParent(lowerdirs);
	const lower = lowerdirs.map((layer) => relative(parent, layer) || ".").join(":");
	const here = process.cwd();

	mkdirSync(`${dir}/up`, { recursive: true });
	mkdirSync(`${dir}/tmp`);
	mkdirSync(merged);
	try {
		chdir(parent);
		mount("overlay", merged, "overlay", 0, `lowerdir=${lower},upperdir=${dir}/up,workdir=${dir}/tmp`);
	} catch (error) {
		rmSync(dir, { recursive: true });
		throw error;
	} finally {
		chdir(here);
	}

	return {
		merged,
		remove: () => {
			if (!existsSync(dir)) return;
			unmount(merged);
			rmSync(dir, { recursive: true });
		},
	};
}
