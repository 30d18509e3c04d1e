import type { OverlayPicture, PathRow } from "./overlay-picture.ts";

/**
 * Tells in one sentence what has changed between two moments: of the first overlay that has changed, the most important
 * change. If none has changed, tells which one is gone. Returns an empty text if there is no change.
 */
export function layerChangeText(before: readonly OverlayPicture[], now: readonly OverlayPicture[]): string {
	for (const overlay of now) {
		const previous = before.find(({ device, upper }) => device === overlay.device && upper === overlay.upper);
		const text = previous === undefined ? newOverlayText(overlay) : overlayChangeText(previous, overlay);
		if (text !== "") return text;
	}
	const gone = before.find(({ device }) => now.every((overlay) => overlay.device !== device));
	if (gone === undefined) return "";
	const kept = gone.upper === null ? "" : `; the changes are still in ${lastComponent(gone.upper)}`;
	return `The overlay at ${gone.merged[0]} is unmounted${kept}.`;
}

/** The last component of a path. The whole paths that engines use are too long. */
export const lastComponent = (path: string) => path.replace(/\/+$/, "").split("/").slice(-1)[0] ?? path;

function newOverlayText({ merged, lower, upper }: OverlayPicture): string {
	const layers = lower.length === 1 ? "one lower layer" : `${lower.length} lower layers`;
	const top = upper === null ? "and no upper layer, so it is read-only" : "and an upper layer for changes";
	return `An overlay is mounted at ${merged[0]}: ${layers}, ${top}.`;
}

function overlayChangeText(previous: OverlayPicture, { rows, upper, lower }: OverlayPicture): string {
	const top = lastComponent(upper ?? "upper");
	const below = lower.length === 1 ? lastComponent(lower[0] ?? "") : "the lower layers";
	const old = new Map(previous.rows.map((row) => [row.path, row]));
	const news = rows.flatMap((row) => rowChangeText(row, old.get(row.path), top, below) ?? []);
	const gone = previous.rows
		.filter(({ path, upper: cell }) => cell !== "" && (rows.find((row) => row.path === path)?.upper ?? "") === "")
		.map(({ path }) => ({ rank: 0, text: `${path} is gone from ${top}.` }));
	return [...news, ...gone].toSorted((one, other) => other.rank - one.rank)[0]?.text ?? "";
}

// How one path has changed; null if it has not, or if the upper layer does not have it any more. The change with the
// highest rank is told.
// @param previous the path's row at the earlier moment; undefined if it had none
// @param top name of the upper layer
// @param below name of the lower layer, or "the lower layers"
function rowChangeText(
	row: PathRow,
	previous: PathRow | undefined,
	top: string,
	below: string,
): { rank: number; text: string } | null {
	const { path, upper } = row;
	if (upper === previous?.upper)
		return row.size === previous.size ? null : { rank: 1, text: `${path} has changed, in ${top} only.` };
	if (upper === "whiteout")
		return { rank: 5, text: `${path} was removed: a whiteout in ${top} hides it, and it is still in ${below}.` };
	if (upper === "copied up")
		return { rank: 4, text: `${path} was written to, so the kernel has copied it up to ${top}.` };
	if (upper === "opaque")
		return { rank: 3, text: `${path} is opaque: it hides everything that ${below} has in that directory.` };
	if (upper === "new") return { rank: 2, text: `${path} is new: it is in ${top}.` };
	return upper === "directory" ? { rank: 0, text: `${path} is a directory in ${top} now.` } : null;
}
