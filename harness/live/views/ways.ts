import type { LinkPicture, Place } from "./network.ts";

/** A step of a packet's way. */
export interface Hop {
	/** Where: "port 8080 of the host". */
	at: string;
	/** What stands there, or what is missing. */
	what: string;
	/** The packet gets on from here. */
	holds: boolean;
}

/** From a port of the host, as nft's rules lead it, to the program that listens. */
export interface Way {
	port: number;
	hops: Hop[];
}

/** The published ports: rules that give packets another destination. @see nft(8), NAT STATEMENTS */
export function waysIn(places: readonly Place[]): Way[] {
	const host = places.find(({ name }) => name === "host");
	if (host === undefined) return [];
	return publishedBy(host.rules).map(({ port, address, to }) => ({
		port,
		hops: [
			{ at: `port ${port} of the host`, what: "a rule of nft", holds: true },
			{
				at: `to ${address}:${to}`,
				what: host.forwarding ? "forwarding is on" : "forwarding is off",
				holds: host.forwarding,
			},
			...hopsTo(address, to, host, places),
		],
	}));
}

/** What nft's rules publish. */
export function publishedBy(rules: readonly string[]): { port: number; address: string; to: number }[] {
	const found = rules.flatMap((rule) => {
		const match = /dport (\d+) .*dnat (?:ip )?to ([\d.]+)(?::(\d+))?/.exec(rule);
		if (match === null) return [];
		const [, port = "", address = "", to = port] = match;
		return [{ port: Number(port), address, to: Number(to) }];
	});
	// The same port is published twice: for packets from outside, and for the host's own.
	return found.filter(({ port }, index) => found.findIndex((other) => other.port === port) === index);
}

function hopsTo(address: string, port: number, host: Place, places: readonly Place[]): Hop[] {
	const route = routeTo(address, host);
	if (route === null) return [{ at: "the host", what: `no route to ${address}`, holds: false }];
	const end = places.find(({ links }) =>
		links.some((link) => link.addresses.some((one) => addressOf(one) === address)),
	);
	const hops: Hop[] = [{ at: route, what: kindOf(host.links.find(({ name }) => name === route)), holds: true }];
	if (end === undefined) return [...hops, { at: address, what: "nobody has this address", holds: false }];
	const link = end.links.find(({ addresses }) => addresses.some((one) => addressOf(one) === address));
	const port0 = host.links.find(
		({ peer, name }) => peer?.place === end.name && peer.link === link?.name && name !== route,
	);
	if (port0 !== undefined) hops.push({ at: port0.name, what: "one end of the cable", holds: port0.up });
	hops.push({
		at: `${link?.name} in ${end.name}`,
		what: link?.up ? "the other end" : "is down",
		holds: link?.up === true,
	});
	const listener = end.listeners.find((one) => one.port === port);
	hops.push({
		at: listener?.program || (listener ? "a program" : `port ${port}`),
		what: listener ? `listens on port ${port}` : "nobody listens",
		holds: listener !== undefined,
	});
	return hops;
}

const kindOf = (link: LinkPicture | undefined) => (link?.kind === "bridge" ? "the bridge" : "a link");

const addressOf = (address: string) => address.replace(/\/.*$/, "");

// The longest prefix wins.
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
