import * as v from "valibot";
import { count, list, record, text } from "./bounded.ts";
import { row, type Subject } from "./subject.ts";

/** A network link and its addresses. */
const Link = v.object({ name: text, up: v.boolean(), addresses: list(text) });
export type Link = v.InferOutput<typeof Link>;

/** What ip(8) and nft(8) show of a network namespace. */
const Network = v.object({
	links: list(
		v.object({
			name: text,
			/** `veth`, `bridge`, … or empty. */
			kind: text,
			/** The flags, such as UP and LOWER_UP. */
			flags: list(text),
			/** The bridge that it is a port of, or empty. */
			master: text,
			/** Of a bridge's port: `forwarding`, or what it does in the place of that, such as `listening`. */
			portState: v.optional(text, ""),
			/** Of a bridge: whether the spanning tree protocol is on. */
			spanningTree: v.optional(v.boolean(), false),
			/** As ADDRESS/PREFIX. */
			addresses: list(text),
		}),
	),
	/** `via` is empty for what is reached directly. */
	routes: list(v.object({ destination: text, via: text, device: text })),
	/** In words, what the kernel has not made itself: rules that lead to tables of routes, routes of other tables, and of IPv6. */
	further: v.optional(list(text), []),
	/** The numbers by which it knows other namespaces that it is, or was, joined with: as long as those live. */
	peers: v.optional(list(count), []),
	/** Lines of nft's ruleset; read of the host's only. */
	rules: list(text),
	/** Whether packets between links are forwarded: net.ipv4.ip_forward. */
	forwarding: v.boolean(),
});
export type Network = v.InferOutput<typeof Network>;

/** One of all network namespaces of a machine. */
const Net = v.object({
	/** `net:[4026531840]`. */
	namespace: text,
	/** What ip-netns(8) calls it, or empty. */
	name: text,
	...Network.entries,
	/** The links' numbers by name, and those of their other ends: 0 for a link that has none. */
	indices: record(text, v.object({ own: count, peer: count })),
	/** TCP sockets that wait for somebody. */
	listeners: list(v.object({ address: text, port: count, program: text })),
});
export type Net = v.InferOutput<typeof Net>;

const host = {
	links: list(Link),
	network: v.nullable(Network),
	/** The machine's network namespaces, as they were when they were last read. */
	networks: v.nullable(list(Net)),
	/** Network namespaces that a process of the host has open, as `net:[4026532151]`. */
	openNetworks: v.optional(list(text), []),
};
const process = { links: list(Link), network: v.nullable(Network) };

interface Asked {
	/** All network namespaces of the machine, in the place of the host's and the command's. Nobody waits for them. */
	everywhere?: true;
}

export const network: Subject<typeof host, typeof process, Asked> = {
	host,
	process,
	rehearsed: {},
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
