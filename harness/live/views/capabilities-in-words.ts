import { type CapabilitiesPicture, countText, valueText } from "./capabilities-picture.ts";
import { namesText } from "./capability-changes.ts";

/** Describes the capability sets of the container's shell in lines of text. Ends with the latest change, if any. */
export function capabilitiesInWords(picture: CapabilitiesPicture): string[] {
	const { process, capabilities, sets, noNewPrivileges, seccompFilters, latestChange } = picture;
	if (process === null) return ["The capabilities have not been read yet."];
	return [
		`In the container's shell: ${process.name}, process ${process.pid} on the host, user id ${process.uid}`,
		...sets.map((set) => {
			const names = set.held.length === 0 ? "" : `: ${namesText(set.held, capabilities)}`;
			return `${set.name}: ${countText(set)} of ${capabilities}${names}`;
		}),
		`no_new_privs: ${valueText(noNewPrivileges)}; seccomp filters: ${valueText(seccompFilters)}`,
		...(latestChange === "" ? [] : [latestChange]),
	];
}
