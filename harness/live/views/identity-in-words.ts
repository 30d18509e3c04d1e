import { differenceText, type IdentityPicture } from "./identity.ts";
import { listed } from "./phrases.ts";

/**
 * Describes in lines of text which user of the host each user of the container is. Ends with the latest change, if any.
 */
export function identityInWords({ maps, users, ownNamespace, latestChange }: IdentityPicture): string[] {
	if (maps.length === 0) return ["The maps have not been read yet."];
	const named = ({ id, name }: { id: number; name: string }) => `${id} (${name || "no name"})`;
	return [
		ownNamespace
			? "The container's shell is in a user namespace of its own."
			: "Host and container share one user namespace.",
		...maps.map(({ of, ranges, identical }) => {
			const texts = ranges.map(({ inside, outside }) =>
				inside.first === inside.last
					? `${inside.first} is ${outside.first} on the host`
					: `${inside.first} to ${inside.last} are ${outside.first} to ${outside.last} on the host`,
			);
			return `${of}: ${identical ? "every id is the same" : listed(texts) || "no map"}`;
		}),
		...users.map((user) => {
			const difference = differenceText(user);
			const marks = [difference === "" ? "" : ` (${difference})`, user.isShell ? ": the shell" : ""];
			return `${named(user.inside)} in the container is ${named(user.outside)} on the host${marks.join("")}`;
		}),
		...(latestChange === "" ? [] : [latestChange]),
	];
}
