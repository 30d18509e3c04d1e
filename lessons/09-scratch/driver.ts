import { utimesSync } from "node:fs";
import type { Files } from "#box/oci";
import { _exit, fork, waitpid } from "#kernel";
import { buildImage, gather } from "../../solutions/09-scratch/image.ts";
import { run as runBox } from "../../solutions/box.ts";

/** Runs the engine, and builds images before that, as a `box build` would: from files of the host. */
export function run({ id, image = "", files = {}, more = [], twice, anew, copies, command }: Options): number {
	if (copies !== undefined) {
		for (const [index, copy] of copies.entries()) inChild(() => runBox({ id: `${id}${index}`, image: copy }));
		return 0;
	}
	const build = (name: string, programs: Files) =>
		buildImage(name, { ...gather(Object.values(programs)), ...programs }, command);
	build(image, files);
	for (const [name, programs] of more) attempt(() => build(name, programs));
	// The files of an image that is built again come in another order, and have other dates.
	const buildAgain = (name: string, programs: Files) => {
		for (const path of Object.values(programs)) utimesSync(path, 1e9, 1e9);
		buildImage(name, Object.fromEntries(Object.entries(programs).reverse()), command);
	};
	if (twice !== undefined) {
		buildImage(twice.images[0], twice.files, command);
		buildAgain(twice.images[1], twice.files);
	}
	if (anew !== undefined) buildAgain(anew.image, anew.files);
	return runBox({ id, image });
}

export interface Options {
	id: string;
	image?: string;
	/** The path of each program in the container, and its path on the host. */
	files?: Files;
	/** Other images with their programs. They are built and not run. Some of them cannot be built. */
	more?: [image: string, programs: Files][];
	/** The command to put into the image. The engine learns the command only from the image. */
	command: [string, ...string[]];
	/** Two more images, and the files that both are built from, one after the other. */
	twice?: { images: [string, string]; files: Files };
	/** An image, and files that another process has built an image from before. */
	anew?: { image: string; files: Files };
	/**
	 * Images that were copied from a built one, some with changes. Those that can be opened are run, one after the
	 * other.
	 */
	copies?: string[];
}

// Each copy gets a process of its own, so that the next copy is tried whatever happens to this process.
function inChild(work: () => void): void {
	const pid = fork();
	if (pid === 0) {
		attempt(work);
		_exit(0);
	}
	waitpid(pid);
}

function attempt(work: () => void): void {
	try {
		work();
	} catch (error) {
		console.error(`box: ${(error as Error).message}`);
	}
}
