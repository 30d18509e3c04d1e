import type { NetworkPicture } from "./network.ts";
import type { LinkPicture, NamespacePicture } from "./network-picture.ts";
import { listed } from "./phrases.ts";

/**
 * The network namespaces, their links and where these lead, and the packets' paths, as lines of text. Ends with the
 * latest change, if any.
 */
export function networkInWords({ namespaces, packetPaths, latestChange }: NetworkPicture): string[] {
	return [
		...namespaces.flatMap(namespaceInWords),
		...packetPaths.map(
			({ port, hops }) =>
				`a packet for port ${port}: ${hops.map(({ text, passes }) => (passes ? text : `stopped: ${text}`)).join(" → ")}`,
		),
		...(latestChange === "" ? [] : [latestChange]),
	];
}

function namespaceInWords({ name, shells, links, gateway, listeners }: NamespacePicture): string[] {
	const inside = shells.filter((shell) => shell !== name).map((shell) => `the ${shell}'s shell`);
	return [
		`${name}${inside.length === 0 ? "" : ` (with ${listed(inside)})`}:`,
		...links.map((link) => `  ${linkInWords(link)}`),
		...(gateway === "" ? [] : [`  default route by ${gateway}`]),
		...listeners.map(({ port, program }) => `  ${program || "a program"} listens on port ${port}`),
	];
}

function linkInWords({ name, kind, up, addresses, bridge, peer }: LinkPicture): string {
	const parts = [
		kind === "bridge" && "a bridge",
		up ? "up" : "down",
		...addresses,
		bridge !== "" && `plugged into ${bridge}`,
		peer !== null && `its other end is ${peer.link} in ${peer.namespace}`,
	];
	return `${name}: ${parts.filter(Boolean).join(", ")}`;
}
