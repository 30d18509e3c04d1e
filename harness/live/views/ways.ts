import type { LinkPicture, Place } from "./place-picture.ts";

/** A step on a packet's way: what the packet reaches, or what is missing. */
export interface Hop {
	what: string;
	/** The packet gets beyond this step. */
	holds: boolean;
}

/** A packet's way from a port of the host, through nft's rules, to the program that listens. */
export interface Way {
	port: number;
	hops: Hop[];
}

/**
 * The ways of packets to the published ports, whose rules give packets another destination.
 * @see nft(8), NAT STATEMENTS
 */
export function waysIn(places: readonly Place[]): Way[] {
	const host = places.find(({ name }) => name === "host");
	if (host === undefined) return [];
	return publishedBy(host.rules).map(({ port, address, to }) => ({
		port,
		hops: [
			{ what: `port ${port} of the host`, holds: true },
			{ what: `nft: now for ${address}:${to}`, holds: true },
			...(host.forwarding ? [] : [{ what: "the host forwards nothing", holds: false }]),
			...hopsTo(address, to, host, places),
		],
	}));
}

/** The ports that nft's rules publish. */
export function publishedBy(rules: readonly string[]): { port: number; address: string; to: number }[] {
	const found = rules.flatMap((rule) => {
		const match = /dport (\d+) .*dnat (?:ip )?to ([\d.]+)(?::(\d+))?/.exec(rule);
		if (match === null) return [];
		const [, port = "", address = "", to = port] = match;
		return [{ port: Number(port), address, to: Number(to) }];
	});
	// A port has two rules, for packets from outside and for the host's own packets. One of them is enough here.
	return found.filter(({ port }, index) => found.findIndex((other) => other.port === port) === index);
}

function hopsTo(address: string, port: number, host: Place, places: readonly Place[]): Hop[] {
	const device = routeTo(address, host);
	if (device === null) return [{ what: `no route to ${address}`, holds: false }];
	const route = host.links.find(({ name }) => name === device);
	const hops = [{ what: route?.kind === "bridge" ? `${device}, the bridge` : device, holds: route?.up !== false }];
	const owns = ({ addresses }: LinkPicture) => addresses.some((one) => addressOf(one) === address);
	const end = places.find(({ links }) => links.some(owns));
	const link = end?.links.find(owns);
	if (end === undefined || link === undefined) return [...hops, { what: `nobody has ${address}`, holds: false }];
	// If the route leads to the cable itself, there is no bridge in between.
	const cable = host.links.find(
		({ peer, name }) => peer?.place === end.name && peer.link === link.name && name !== device,
	);
	if (cable !== undefined) hops.push({ what: cable.name, holds: cable.up });
	hops.push({ what: `${link.name} in ${end.name}${link.up ? "" : " is down"}`, holds: link.up });
	const listener = end.listeners.find((one) => one.port === port);
	const program = listener?.program || "a program";
	hops.push({
		what: listener ? `${program}, port ${port}` : `nobody listens on port ${port}`,
		holds: listener !== undefined,
	});
	return hops;
}

const addressOf = (address: string) => address.replace(/\/.*$/, "");

// The route with the longest prefix that fits the address is used.
function routeTo(address: string, { routes }: Place): string | null {
	const fitting = routes
		.map(({ destination, device }) => {
			const [network = "", length = "32"] = destination === "default" ? ["0.0.0.0", "0"] : destination.split("/");
			return { network, length: Number(length), device };
		})
		.filter(({ network, length }) => prefix(network, length) === prefix(address, length));
	return fitting.toSorted((one, other) => other.length - one.length)[0]?.device ?? null;
}

function prefix(address: string, length: number): string {
	const bits = address.split(".").map((byte) => Number(byte).toString(2).padStart(8, "0"));
	return bits.join("").slice(0, length);
}
