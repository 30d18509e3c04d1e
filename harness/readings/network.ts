import * as v from "valibot";
import { count, list, record, text } from "./bounded-schemas.ts";
import { type Inspection, row, type Subject } from "./subject.ts";

/**
 * A network link and its addresses. `up`: whether os.networkInterfaces() lists the link, which it does only for a link
 * with an address.
 */
const Link = v.object({ name: text, up: v.boolean(), addresses: list(text) });
export type Link = v.InferOutput<typeof Link>;

/** What ip(8) and nft(8) show of a network namespace. */
const Network = v.object({
	links: list(
		v.object({
			name: text,
			/** `veth`, `bridge`, …; empty for a link of no special kind, such as lo. */
			kind: text,
			/** The flags, such as UP and LOWER_UP. */
			flags: list(text),
			/** The bridge that it is a port of, or empty. */
			master: text,
			/** The state of a bridge's port, such as `forwarding` or `listening`; otherwise empty. */
			portState: v.optional(text, ""),
			/** Whether this is a bridge that uses the spanning tree protocol. */
			spanningTree: v.optional(v.boolean(), false),
			/** IPv4 addresses as ADDRESS/PREFIX. */
			addresses: list(text),
		}),
	),
	/** The IPv4 routes of the table `main`. `via` is empty for a destination that is reached directly. */
	routes: list(v.object({ destination: text, via: text, device: text })),
	/**
	 * In words: the rules that choose a table of routes, the routes of other tables, and routes and addresses of IPv6.
	 * Routes and addresses that the kernel makes itself are left out.
	 */
	further: v.optional(list(text), []),
	/**
	 * The numbers (nsid) by which this namespace refers to other namespaces that are, or were, connected with it, and
	 * still exist. See ip-netns(8).
	 */
	peers: v.optional(list(count), []),
	/** Lines of nft's ruleset; read only for the host's namespace. */
	rules: list(text),
	/** Whether packets between links are forwarded: net.ipv4.ip_forward. */
	forwarding: v.boolean(),
});
export type Network = v.InferOutput<typeof Network>;

/** One network namespace of the machine. */
const NetworkNamespace = v.object({
	/** `net:[4026531840]`. */
	namespace: text,
	/** Its name for ip-netns(8), or empty. */
	name: text,
	...Network.entries,
	/** By the link's name: its number (`own`), and the number of its other end (`peer`), 0 if there is none. */
	indices: record(text, v.object({ own: count, peer: count })),
	/** Listening TCP sockets. `address` is `any` for all addresses. `program` is empty if it is not known. */
	listeners: list(v.object({ address: text, port: count, program: text })),
});
export type NetworkNamespace = v.InferOutput<typeof NetworkNamespace>;

const host = {
	links: list(Link),
	/** The host's network namespace. Null if the run does not ask for it, or asks for `everywhere`. */
	network: v.nullable(Network),
	/** All network namespaces of the machine. Null unless the run asks for `everywhere`. */
	networks: v.nullable(list(NetworkNamespace)),
	/**
	 * Network namespaces that a process of the host has open, as `net:[4026532151]`. Empty whenever `network` is null.
	 */
	openNetworks: v.optional(list(text), []),
};
const process = {
	links: list(Link),
	/** Its network namespace. Null in the same cases as the host's. */
	network: v.nullable(Network),
};

export interface NetworkRequest {
	/** Reads all network namespaces of the machine instead of the host's and the command's, and reads only what views show. */
	everywhere?: true;
}

export const network: Subject<typeof host, typeof process> = { host, process };

export const networkInspection: Inspection<typeof network> = {
	section: "network",
	rows(host, process) {
		if (process.network === null || host.network === null) return [];
		return [
			row("links", links(host.network), links(process.network)),
			row("routes", routes(host.network), routes(process.network)),
		];
	},
};

const links = ({ links }: Network) =>
	links.map(({ name, flags, addresses }) => [name, flags.includes("UP") ? "up" : "down", ...addresses].join(" "));
const routes = ({ routes }: Network) =>
	routes.map(({ destination, via, device }) => `${destination}${via && ` via ${via}`} dev ${device}`);
