import { utimesSync } from "node:fs";
import { run as runBox } from "../box.ts";
import { buildImage, type Files, gather, openImage } from "./image.ts";

/** The engine so far, and before it `box build`: every image is built from files of the host, then run. */
export function run({ id, image, files = {}, twice, tampered = [], command }: Options): number {
	const opened = tampered.find((path) => opens(path, `/run/box/${id}/image`));
	if (tampered.length > 0) return opened === undefined ? 0 : runBox({ id, image: opened, command });

	buildImage(image, { ...gather(Object.values(files)), ...files }, command);
	if (twice !== undefined) {
		buildImage(`${image}-one`, twice, command);
		for (const path of Object.values(twice)) utimesSync(path, 1e9, 1e9);
		buildImage(`${image}-two`, Object.fromEntries(Object.entries(twice).reverse()), command);
	}
	return runBox({ id, image });
}

export interface Options {
	id: string;
	image: string;
	/** Programs by their path in the container. */
	files?: Files;
	/** What the image is to run; it is told in no other way. */
	command: [string, ...string[]];
	/** What two more images are built from; for the second it has other dates, and is told in another order. */
	twice?: Files;
	/** Images that were changed after they had been built: the first that opens is run. */
	tampered?: string[];
}

function opens(image: string, dir: string): boolean {
	try {
		openImage(image, dir);
		return true;
	} catch {
		return false;
	}
}
