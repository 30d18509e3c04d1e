import { utimesSync } from "node:fs";
import type { Files } from "#box/oci";
import { run as runBox } from "../box.ts";
import { buildImage, gather, openImage } from "./image.ts";

/** The engine so far, and before it `box build`: every image is built from files of the host, then run. */
export function run({
	id,
	image,
	files = {},
	more = {},
	refused = {},
	twice,
	tampered = [],
	command,
}: Options): number {
	const opened = tampered.find((path) => succeeds(() => openImage(path, `/run/box/${id}/image`)));
	if (tampered.length > 0) return opened === undefined ? 0 : runBox({ id, image: opened, command });

	const build = (name: string, programs: Files) =>
		buildImage(name, { ...gather(Object.values(programs)), ...programs }, command);
	build(image, files);
	for (const [name, programs] of Object.entries(more)) build(`${image}-${name}`, programs);
	for (const [name, programs] of Object.entries(refused)) succeeds(() => build(`${image}-${name}`, programs));
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
	/** Programs of other images, which are not run, by the end of the image's name. */
	more?: Record<string, Files>;
	/** Programs of which none can be built, by the end of the image's name. */
	refused?: Record<string, Files>;
	/** What the image is to run; it is told in no other way. */
	command: [string, ...string[]];
	/** What two more images are built from; for the second it has other dates, and is told in another order. */
	twice?: Files;
	/** Images that were changed after they had been built: the first that opens is run. */
	tampered?: string[];
}

function succeeds(work: () => void): boolean {
	try {
		work();
		return true;
	} catch {
		return false;
	}
}
