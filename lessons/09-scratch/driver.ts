import { utimesSync } from "node:fs";
import type { Files } from "#box/oci";
import { _exit, fork, waitpid } from "#kernel";
import { buildImage, gather } from "../../solutions/09-scratch/image.ts";
import { run as runBox } from "../../solutions/box.ts";

/** The engine so far, and before it `box build`: every image is built from files of the host, then run. */
export function run({ id, image = "", files = {}, more = [], twice, anew, copies, command }: Options): number {
	if (copies !== undefined) {
		for (const [index, copy] of copies.entries()) inChild(() => runBox({ id: `${id}${index}`, image: copy }));
		return 0;
	}
	const build = (name: string, programs: Files) =>
		buildImage(name, { ...gather(Object.values(programs)), ...programs }, command);
	build(image, files);
	for (const [name, programs] of more) attempt(() => build(name, programs));
	// Built again, it is told in another order, and the files have other dates.
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
	/** Programs by their path in the container. */
	files?: Files;
	/** Other images, which are not run, and their programs; of some, none can be built. */
	more?: [image: string, programs: Files][];
	/** What the image is to run; it is told in no other way. */
	command: [string, ...string[]];
	/** What two more images are built from, one after the other. */
	twice?: { images: [string, string]; files: Files };
	/** What an image is built from that another process has built before. */
	anew?: { image: string; files: Files };
	/** Images that were made from a built one; some were changed. Each that opens is run, one after the other. */
	copies?: string[];
}

// A process for each: whatever becomes of it, the next one gets its turn.
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
