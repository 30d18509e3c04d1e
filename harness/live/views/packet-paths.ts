import type { LinkPicture, NamespacePicture } from "./network-picture.ts";

/** A step on a packet's way: what the packet reaches, or what is missing. */
export interface Hop {
	text: string;
	/** The packet gets beyond this step. */
	passes: boolean;
}

/** A packet's way from a port of the host, through nft's rules, to the program that listens. */
export interface PacketPath {
	port: number;
	hops: Hop[];
	/** The link of the host by which the packet leaves the host; null if there is no route. */
	device: string | null;
	/** The name of the namespace that has the new destination's address; null if none has. */
	end: string | null;
}

/**
 * The paths of packets to the published ports. A port's rule gives the packets another destination.
 * @see nft(8), NAT STATEMENTS
 */
export function packetPathsIn(namespaces: readonly NamespacePicture[]): PacketPath[] {
	const host = namespaces.find(({ name }) => name === "host");
	if (host === undefined) return [];
	return publishedPorts(host.rules).map(({ port, address, containerPort }) => ({
		port,
		hops: [
			{ text: `port ${port} of the host`, passes: true },
			{ text: `nft: new destination ${address}:${containerPort}`, passes: true },
			...(host.forwarding ? [] : [{ text: "the host does not forward packets", passes: false }]),
			...hopsTo(address, containerPort, host, namespaces),
		],
		device: routeTo(address, host),
		end: ownerOf(address, namespaces)?.name ?? null,
	}));
}

/** The ports that nft's rules publish. */
export function publishedPorts(rules: readonly string[]): { port: number; address: string; containerPort: number }[] {
	const found = rules.flatMap((rule) => {
		const match = /dport (\d+) .*dnat (?:ip )?to ([\d.]+)(?::(\d+))?/.exec(rule);
		if (match === null) return [];
		const [, port = "", address = "", containerPort = port] = match;
		return [{ port: Number(port), address, containerPort: Number(containerPort) }];
	});
	// A port has two rules, for packets from outside and for the host's own packets. One of them is enough here.
	return found.filter(({ port }, index) => found.findIndex((other) => other.port === port) === index);
}

function hopsTo(address: string, port: number, host: NamespacePicture, namespaces: readonly NamespacePicture[]): Hop[] {
	const device = routeTo(address, host);
	if (device === null) return [{ text: `no route to ${address}`, passes: false }];
	const exit = host.links.find(({ name }) => name === device);
	const hops = [{ text: exit?.kind === "bridge" ? `${device}, the bridge` : device, passes: exit?.up !== false }];
	const end = ownerOf(address, namespaces);
	const link = end?.links.find(owns(address));
	if (end === undefined || link === undefined) return [...hops, { text: `no link has ${address}`, passes: false }];
	// If the route leads to the veth pair itself, there is no bridge in between.
	const pair = host.links.find(
		({ peer, name }) => peer?.namespace === end.name && peer.link === link.name && name !== device,
	);
	if (pair !== undefined) hops.push({ text: pair.name, passes: pair.up });
	hops.push({ text: `${link.name} in ${end.name}${link.up ? "" : " is down"}`, passes: link.up });
	const listener = end.listeners.find((one) => one.port === port);
	const program = listener?.program || "a program";
	hops.push({
		text: listener ? `${program}, port ${port}` : `no program listens on port ${port}`,
		passes: listener !== undefined,
	});
	return hops;
}

const owns =
	(address: string) =>
	({ addresses }: LinkPicture) =>
		addresses.some((one) => addressOf(one) === address);

const ownerOf = (address: string, namespaces: readonly NamespacePicture[]) =>
	namespaces.find(({ links }) => links.some(owns(address)));

const addressOf = (address: string) => address.replace(/\/.*$/, "");

// The route with the longest prefix that fits the address is used.
function routeTo(address: string, { routes }: NamespacePicture): string | null {
	const fitting = routes
		.map(({ destination, device }) => {
			const [network = "", length = "32"] = destination === "default" ? ["0.0.0.0", "0"] : destination.split("/");
			return { network, length: Number(length), device };
		})
		.filter(({ network, length }) => networkPrefix(network, length) === networkPrefix(address, length));
	return fitting.toSorted((one, other) => other.length - one.length)[0]?.device ?? null;
}

function networkPrefix(address: string, length: number): string {
	const bits = address.split(".").map((byte) => Number(byte).toString(2).padStart(8, "0"));
	return bits.join("").slice(0, length);
}
