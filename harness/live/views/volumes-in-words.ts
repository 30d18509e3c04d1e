import { lastComponent } from "./layer-changes.ts";
import { counted, listed } from "./phrases.ts";
import { ownersOf, sourceText } from "./volume-changes.ts";
import type { VolumeSource, VolumesPicture, VolumeUser } from "./volumes-picture.ts";

/**
 * As lines of text: the root and the mounts of each container and of the host, then what is in the mounted directories.
 * Ends with the latest change, if any.
 */
export function volumesInWords({ users, sources, latestChange }: VolumesPicture): string[] {
	const lines = users.flatMap((user) => [
		`${ownersOf(user)}:`,
		...(user.layers === null ? [] : [`  /: ${rootText(user.layers)}`]),
		...user.targets.map(({ path, source, readOnly, isNew }) => {
			const from = sources.find(({ key }) => key === source);
			const marks = [readOnly ? "read only" : "read and write", isNew && "new"].filter(Boolean);
			return `  ${path}: ${from === undefined ? "" : sourceText(from)} (${marks.join(", ")})`;
		}),
	]);
	const contents = sources.map((source) => `${sourceText(source)}: ${contentText(source)}`);
	const none = users.length === 0 ? ["There is no container, and no volume is mounted."] : [];
	return [...none, ...lines, ...contents, ...(latestChange === "" ? [] : [latestChange])];
}

/** "changes in upper, over rootfs". */
export const rootText = ({ upper, lower }: NonNullable<VolumeUser["layers"]>): string =>
	`changes in ${lastComponent(upper)}, over ${lower.length === 1 ? lastComponent(lower[0] ?? "") : counted(lower.length, "lower layer")}`;

function contentText({ kind, names, isTruncated }: VolumeSource): string {
	if (kind === "file") return "a file";
	const texts = names.map(({ name, isFromImage, isNew }) => {
		const marks = [isFromImage && "copied from the image", isNew && "new"].filter(Boolean);
		return marks.length === 0 ? name : `${name} (${marks.join(", ")})`;
	});
	return listed([...texts, ...(isTruncated ? ["more"] : [])]) || "empty";
}
