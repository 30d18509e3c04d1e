import { lastComponent } from "./layer-changes.ts";
import type { LayersPicture } from "./layers.ts";
import type { OverlayPicture, PathRow } from "./overlay-picture.ts";
import { listed } from "./phrases.ts";

/** What each layer of each overlay holds, as lines of text, one line per path. Ends with the latest change, if any. */
export function layersInWords({ overlays, latestChange }: LayersPicture): string[] {
	const lines = overlays.length === 0 ? ["No overlay is mounted."] : overlays.flatMap(overlayInWords);
	return [...lines, ...(latestChange === "" ? [] : [latestChange])];
}

function overlayInWords(overlay: OverlayPicture): string[] {
	const { merged, upper, lower, rows, isTruncated } = overlay;
	const layers = [
		...(upper === null ? [] : [`upper ${lastComponent(upper)}`]),
		...lower.map((path) => `lower ${lastComponent(path)}`),
	];
	const more = isTruncated ? ["  (not all paths are shown)"] : [];
	return [`${merged[0]}: ${layers.join(" over ")}`, ...rows.map((row) => `  ${rowInWords(row, overlay)}`), ...more];
}

function rowInWords({ path, upper, lower, from }: PathRow, overlay: OverlayPicture): string {
	const cells = [
		upper !== "" && `${upper} in ${lastComponent(overlay.upper ?? "")}`,
		...lower.map((cell, index) => cell !== "" && `${cell} in ${lastComponent(overlay.lower[index] ?? "")}`),
	];
	return `${path}: ${listed(cells.filter((cell) => cell !== false))}; ${from === null ? "not visible" : "visible"}`;
}
