import type { Net } from "../../protocol/index.ts";

/** A network link, and where it leads. */
export interface LinkPicture {
	name: string;
	/** `veth`, `bridge`, … or empty. */
	kind: string;
	up: boolean;
	addresses: string[];
	/** The bridge that it is plugged into, or empty. */
	bridge: string;
	/** The other end of a veth pair, where it is known. */
	peer: { place: string; link: string } | null;
}

/** A network namespace. */
export interface Place {
	/** "host", "container", what ip-netns(8) calls it, or its number. */
	name: string;
	/** Which shells are in it. */
	shells: string[];
	namespace: string;
	links: LinkPicture[];
	/** Where packets go by default, or empty. */
	gateway: string;
	forwarding: boolean;
	listeners: { address: string; port: number; program: string }[];
	routes: Net["routes"];
	rules: string[];
}
