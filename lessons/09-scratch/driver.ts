import { copyFileSync, existsSync, mkdirSync, statSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import type { Files } from "#box/oci";
import { _exit, fork, waitpid } from "#kernel";
import { buildImage, gather } from "../../solutions/09-scratch/image.ts";
import { run as runBox } from "../../solutions/box.ts";

/**
 * Builds images from files of the host, then runs the engine with one of them. With `copies`, builds nothing, and runs
 * the engine with each of the copies.
 * @returns the engine's exit code; with `copies`, always 0
 */
export function run({
	id,
	image = "",
	files = {},
	otherImages = [],
	rebuiltAtOnce,
	rebuiltLater,
	afterImage,
	copies,
	command,
}: Options): number {
	if (copies !== undefined) {
		for (const [index, copy] of copies.entries()) inChild(() => runBox({ id: `${id}${index}`, image: copy }));
		return 0;
	}
	const withLibraries = (programs: Files) => ({ ...gather(Object.values(programs)), ...programs });
	// If an earlier call could not build its image, only what `gather` finds is judged. So nothing is built here either.
	if (afterImage !== undefined && existsSync(besideImage(afterImage))) {
		copyBeside(image, withLibraries(files));
		return runBox({ id, layers: [`${besideImage(image)}/root`], command });
	}
	const buildWithLibraries = (path: string, programs: Files) => {
		const all = withLibraries(programs);
		try {
			buildImage(path, all, command);
		} catch (error) {
			attempt(() => copyBeside(path, all));
			throw error;
		}
	};
	try {
		buildWithLibraries(image, files);
	} finally {
		for (const [path, programs] of otherImages) attempt(() => buildWithLibraries(path, programs));
	}
	// When an image is built again, its files come in another order, and have other dates.
	const buildAgain = (path: string, sources: Files) => {
		for (const source of Object.values(sources)) utimesSync(source, 1e9, 1e9);
		buildImage(path, Object.fromEntries(Object.entries(sources).reverse()), command);
	};
	if (rebuiltAtOnce !== undefined) {
		buildImage(rebuiltAtOnce.images[0], rebuiltAtOnce.files, command);
		buildAgain(rebuiltAtOnce.images[1], rebuiltAtOnce.files);
	}
	if (rebuiltLater !== undefined) buildAgain(rebuiltLater.image, rebuiltLater.files);
	return runBox({ id, image });
}

export interface Options {
	/** The container's id; with `copies`, the beginning of each container's id. */
	id: string;
	/** The path of the image to build and to run. */
	image?: string;
	/** The path of each program in the container, and its path on the host. */
	files?: Files;
	/** Other images with their programs. They are built and not run. Some of them cannot be built. */
	otherImages?: [image: string, programs: Files][];
	/**
	 * The command to put into the image. The engine learns it from the image, or directly if an earlier call could not
	 * build its image.
	 */
	command: [string, ...string[]];
	/** Two more images, which are built one after the other, and the files that both are built from. */
	rebuiltAtOnce?: { images: [string, string]; files: Files };
	/** One more image, and the files to build it from. An earlier call has already built images from them. */
	rebuiltLater?: { image: string; files: Files };
	/** The image that an earlier call has built, or tried to build. If it failed, this call builds no image either. */
	afterImage?: string;
	/**
	 * Images that were copied from a built one, some with changes. Those that can be opened are run, one after the
	 * other.
	 */
	copies?: string[];
}

/**
 * The directory for the files of an image that `buildImage` could not build. The check finds there what `gather` has
 * found.
 */
const besideImage = (image: string) => `${image}-gathered`;

function copyBeside(image: string, files: Files): void {
	// Nothing is copied if a file is missing.
	for (const source of Object.values(files)) statSync(source);
	for (const [path, source] of Object.entries(files)) {
		const target = `${besideImage(image)}/root${path}`;
		mkdirSync(dirname(target), { recursive: true });
		copyFileSync(source, target);
	}
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
