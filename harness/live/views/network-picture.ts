import type { NetworkNamespace } from "../../protocol/index.ts";

/** A network link, and where it leads. */
export interface LinkPicture {
	name: string;
	/** `veth`, `bridge`, … or empty. */
	kind: string;
	up: boolean;
	/** IPv4 addresses as ADDRESS/PREFIX. */
	addresses: string[];
	/** The bridge that it is a port of, or empty. */
	bridge: string;
	/** The other end of a veth pair; null if it is not known, or if this link is not an end of a veth pair. */
	peer: { namespace: string; link: string } | null;
}

/** A network namespace. */
export interface NamespacePicture {
	/** "host", "container", what ip-netns(8) calls it, or its number. */
	name: string;
	/** Which shells are in it. */
	shells: string[];
	/** The kernel's name for it, such as `net:[4026531840]`. */
	namespace: string;
	links: LinkPicture[];
	/** The gateway of the default route, or empty. */
	gateway: string;
	/** Whether the kernel forwards packets between its links. */
	forwarding: boolean;
	/** Listening TCP sockets, one per port. */
	listeners: { address: string; port: number; program: string }[];
	routes: NetworkNamespace["routes"];
	/** Lines of nft's ruleset; only the host's namespace has them. */
	rules: string[];
}
