// A stack of what is to be undone, used when something is refused and by remove; volatile, as the upper layer is
// thrown away anyway; other names for the directories.
import { mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { mount, umount2 } from "#kernel";

/** A root directory made of layers. */
export interface Overlay {
	/** Where all layers are seen as one. */
	merged: string;
	/** Unmounts it, and removes the writable layer. */
	remove(): void;
}

class Undo {
	readonly #steps: (() => void)[] = [];

	add(step: () => void): void {
		this.#steps.push(step);
	}

	/** The last first. A step that fails is not tried again, and those before it are left: they would need it. */
	run(): void {
		for (let step = this.#steps.pop(); step; step = this.#steps.pop()) step();
	}
}

/** What stands between commas and colons must not be taken for one. */
const escaped = (path: string) => path.replace(/[\\,:]/g, "\\$&");

/**
 * Mounts layers over one another, with an empty writable one on top.
 * The engine calls it on the host, before it forks; `merged` becomes the root of the command, and `remove` is called
 * when the command has ended.
 *
 * @param lowerdirs absolute paths of the image's layers, the topmost first; nothing must be written to them
 * @param dir absolute path of a directory for this container alone, such as /run/box/1f0c22ab; it is not there yet
 */
export function mountOverlay(lowerdirs: readonly string[], dir: string): Overlay {
	const undo = new Undo();
	const merged = resolve(dir, "rootfs");
	const diff = resolve(dir, "diff");
	const scratch = resolve(dir, "scratch");
	try {
		undo.add(() => rmSync(dir, { recursive: true, force: true }));
		for (const path of [merged, diff, scratch]) mkdirSync(path, { recursive: true, mode: 0o755 });
		const layers = lowerdirs.map(escaped).join(":");
		mount(
			"box",
			merged,
			"overlay",
			0,
			`volatile,upperdir=${escaped(diff)},workdir=${escaped(scratch)},lowerdir=${layers}`,
		);
		undo.add(() => umount2(merged, 0));
	} catch (error) {
		undo.run();
		throw error;
	}
	return { merged, remove: () => undo.run() };
}
