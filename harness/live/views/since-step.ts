import type { Past, Picture } from "./past.ts";
import { asEarlier } from "./phrases.ts";

/**
 * The picture of the last moment of the past. If the step that has just been done has not made the latest change, the
 * picture's sentence says so.
 * @param stepFromMs when the step began; null while no step has just been done
 */
export function sinceStep<P extends Picture>(pictureOf: (past: Past) => P, past: Past, stepFromMs: number | null): P {
	const picture = pictureOf(past);
	if (stepFromMs === null || picture.latestChange === "") return picture;
	const isOld =
		picture.changedAtMs === undefined
			? pictureOf(past.filter(({ atMs }) => atMs < stepFromMs)).latestChange === picture.latestChange
			: picture.changedAtMs < stepFromMs;
	return isOld ? { ...picture, latestChange: asEarlier(picture.latestChange) } : picture;
}
