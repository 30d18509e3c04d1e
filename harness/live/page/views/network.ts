import { networkOf } from "../../views/network.ts";
import type { LinkPicture, NamespacePicture } from "../../views/network-picture.ts";
import type { Hop, PacketPath } from "../../views/packet-paths.ts";
import { h } from "../elements.ts";
import type { Painter } from "./painter.ts";

/** Network namespaces, the veth pairs between them, and the path of a packet to a published port. */
export const network: Painter = {
	name: "network",
	title: "Network",
	isRead: ({ host }) => host.networks !== null,
	paint(past) {
		const { latestChange, namespaces, packetPaths } = networkOf(past);
		const [host, ...others] = namespaces;
		if (host === undefined)
			return { latestChange, body: h("p", { class: "network-empty" }, "Nothing has been read yet.") };
		const body = h(
			"div",
			{ class: "network" },
			h("div", { class: "network-namespaces" }, namespaceSection(host), ...others.map(namespaceSection)),
			...packetPaths.map(packetPathSection),
		);
		return { latestChange, body };
	},
};

function namespaceSection(namespace: NamespacePicture): Element {
	const { name, shells, links, gateway, listeners } = namespace;
	const side = name === "host" ? "host" : shells.includes("container") ? "container" : "other";
	const here = shells.filter((shell) => shell !== name).map((shell) => `the ${shell}'s shell`);
	const ports = links.filter(({ bridge }) => bridge !== "");
	// The loopback is shown only if there is no other link.
	const own = links.filter(({ bridge, name: link }) => bridge === "" && (link !== "lo" || links.length === 1));
	return h(
		"section",
		{ class: `network-namespace network-${side}` },
		h(
			"h3",
			{ class: "network-title" },
			name,
			here.length > 0 && h("span", { class: "network-shells" }, ` ${here.join(", ")}`),
		),
		h(
			"ul",
			{ class: "network-links" },
			...own.map((link) =>
				linkOf(
					link,
					ports.filter(({ bridge }) => bridge === link.name),
				),
			),
		),
		gateway !== "" && h("p", { class: "network-detail" }, `default route → ${gateway}`),
		...listeners.map(({ port, program }) =>
			h("p", { class: "network-detail network-listener" }, `◎ ${program || "a program"} listens on port ${port}`),
		),
	);
}

function linkOf(link: LinkPicture, ports: readonly LinkPicture[]): Element {
	const { name, kind, up, addresses, peer } = link;
	return h(
		"li",
		{ class: up ? "network-link" : "network-link network-down" },
		h("b", {}, name),
		kind === "bridge" && " bridge",
		!up && " ✕ down",
		...addresses.map((address) => h("span", { class: "network-address" }, ` ${address}`)),
		peer !== null && otherEnd(peer),
		ports.length > 0 && h("ul", { class: "network-links" }, ...ports.map((port) => linkOf(port, []))),
	);
}

function otherEnd({ namespace, link }: NonNullable<LinkPicture["peer"]>): Element {
	return h("span", { class: "network-peer" }, `╰══ ${link} in ${namespace === "host" ? "the host" : namespace}`);
}

function packetPathSection({ port, hops }: PacketPath): Element {
	return h(
		"section",
		{ class: "network-packet-path" },
		h("h3", { class: "network-title" }, `A packet for port ${port}`),
		h("ol", { class: "network-hops" }, ...hops.map(hopOf)),
	);
}

function hopOf({ text, passes }: Hop): Element {
	return h("li", { class: passes ? "network-hop" : "network-hop network-blocked-hop" }, passes ? text : `✕ ${text}`);
}
