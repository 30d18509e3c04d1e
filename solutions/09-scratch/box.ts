import { utimesSync } from "node:fs";
import { run as runBox } from "../box.ts";
import { buildImage, type Files, gather, openImage } from "./image.ts";

/** The engine so far, and before it `box build`: every image is built from files of the host, then run. */
export function run({ id, image, files = {}, twice = false, tampered = [], command }: Options): number {
	const changed = tampered.find((path) => opens(path, `/run/box/${id}/image`));
	if (tampered.length > 0) return changed === undefined ? 0 : runBox({ id, image: changed, command });

	const needed = Object.values(files).map((program) => gather(program));
	const all = Object.entries(Object.assign({}, ...needed, files) as Files);
	buildImage(image, Object.fromEntries(all), command);
	if (twice) {
		for (const path of Object.values(files)) utimesSync(path, 1e9, 1e9);
		buildImage(`${image}-again`, Object.fromEntries(all.reverse()), command);
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
	/** Whether to build it a second time: from the same files with another date, told in another order. */
	twice?: boolean;
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
