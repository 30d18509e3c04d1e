import {
	askNetlink,
	attributesIn,
	NETLINK_NETFILTER,
	NETLINK_ROUTE,
	type NetlinkMessage,
} from "../../../native/netlink.ts";
import type { Network, NetworkNamespace } from "../network.ts";

/**
 * Reads the links, IPv4 addresses and IPv4 routes of a network namespace from the kernel itself. A demo's views need no
 * more than this, but they need it quickly. ip(8) shows more, but in emulation a program takes a tenth of a second to
 * start.
 * @see rtnetlink(7)
 */

const AF_UNSPEC = 0;
const AF_INET = 2;
const IPV4_BYTES = 4;

/** The types of requests, the sizes of the structs that their answers begin with, and the types of attributes. */
const LINKS = { type: 18, fixedBytes: 16 } as const;
const ADDRESSES = { type: 22, fixedBytes: 8 } as const;
const ROUTES = { type: 26, fixedBytes: 12 } as const;
const IFLA = { ifname: 3, link: 5, master: 10, linkinfo: 18, extMask: 29 } as const;
const INFO = { kind: 1, data: 2, slaveData: 5 } as const;
const IFLA_BR_STP_STATE = 5;
const IFLA_BRPORT_STATE = 1;
const IFA = { address: 1, local: 2 } as const;
const RTA = { dst: 1, oif: 4, gateway: 5, multipath: 9 } as const;
const RT_TABLE_MAIN = 254;
const RTEXT_FILTER_SKIP_STATS = 8;

/** Some of a link's flags, in the order in which ip shows them. See netdevice(7). */
const FLAGS: readonly [name: string, bit: number][] = [
	["LOOPBACK", 0x8],
	["BROADCAST", 0x2],
	["POINTOPOINT", 0x10],
	["MULTICAST", 0x1000],
	["NOARP", 0x80],
	["UP", 0x1],
	["LOWER_UP", 0x10000],
];
const PORT_STATES = ["disabled", "listening", "learning", "forwarding", "blocking"];
/** The types of routes that lead nowhere; they have no device. */
const TYPES_WITHOUT_DEVICE: Readonly<Record<number, string>> = {
	6: "blackhole",
	7: "unreachable",
	8: "prohibit",
	9: "throw",
};

/** Reads the network namespace that this thread is in. */
export function dumpNetwork(): Pick<Network, "links" | "routes"> & Pick<NetworkNamespace, "indices"> {
	const links = askNetlink(
		NETLINK_ROUTE,
		{ type: LINKS.type, payload: withoutStatistics(), dump: true },
		LINKS.fixedBytes,
	).map(readLink);
	const names = new Map(links.map(({ index, name }) => [index, name]));
	const addresses = dumpIpv4(ADDRESSES).map(readAddress);
	return {
		links: links.map(({ index, peer: _, master, ...link }) => ({
			...link,
			master: names.get(master) ?? "",
			addresses: addresses.filter((address) => address.index === index).map(({ address }) => address),
		})),
		routes: dumpIpv4(ROUTES)
			.filter(({ payload }) => payload[4] === RT_TABLE_MAIN)
			.map((message) => readRoute(message, names)),
		indices: Object.fromEntries(links.map(({ name, index, peer }) => [name, { own: index, peer }])),
	};
}

const NFT_MSG_GETGEN = (10 << 8) | 16;
const NFGENMSG_BYTES = 4;
const NFTA_GEN_ID = 1;

/** The number of the current ruleset of nftables in the network namespace that this thread is in. Each change raises it. */
export function rulesetGeneration(): number {
	const request = { type: NFT_MSG_GETGEN, payload: Buffer.alloc(NFGENMSG_BYTES), dump: false };
	const [answer] = askNetlink(NETLINK_NETFILTER, request, NFGENMSG_BYTES);
	return answer?.attributes.get(NFTA_GEN_ID)?.readUInt32BE(0) ?? 0;
}

function dumpIpv4({ type, fixedBytes }: typeof ADDRESSES | typeof ROUTES): NetlinkMessage[] {
	const payload = Buffer.alloc(fixedBytes);
	payload[0] = AF_INET;
	return askNetlink(NETLINK_ROUTE, { type, payload, dump: true }, fixedBytes);
}

// A request for links that leaves out their statistics, which would be most of the answer.
function withoutStatistics(): Buffer {
	const payload = Buffer.alloc(LINKS.fixedBytes + 8);
	payload[0] = AF_UNSPEC;
	payload.writeUInt16LE(8, LINKS.fixedBytes);
	payload.writeUInt16LE(IFLA.extMask, LINKS.fixedBytes + 2);
	payload.writeUInt32LE(RTEXT_FILTER_SKIP_STATS, LINKS.fixedBytes + 4);
	return payload;
}

// struct ifinfomsg: family, padding, type (2 bytes), index (4), flags (4), change (4).
function readLink({ payload, attributes }: NetlinkMessage) {
	const info = attributesIn(attributes.get(IFLA.linkinfo) ?? Buffer.alloc(0));
	const data = attributesIn(info.get(INFO.data) ?? Buffer.alloc(0));
	const port = attributesIn(info.get(INFO.slaveData) ?? Buffer.alloc(0));
	const kind = textIn(info.get(INFO.kind));
	const bits = payload.readUInt32LE(8);
	const number = (type: number) => attributes.get(type)?.readUInt32LE(0) ?? 0;
	return {
		index: payload.readInt32LE(4),
		name: textIn(attributes.get(IFLA.ifname)),
		kind,
		flags: FLAGS.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name),
		peer: number(IFLA.link),
		master: number(IFLA.master),
		portState: PORT_STATES[port.get(IFLA_BRPORT_STATE)?.[0] ?? -1] ?? "",
		spanningTree: kind === "bridge" && data.get(IFLA_BR_STP_STATE)?.readUInt32LE(0) === 1,
	};
}

// struct ifaddrmsg: family, prefix length, flags, scope, index (4).
function readAddress({ payload, attributes }: NetlinkMessage): { index: number; address: string } {
	const address = attributes.get(IFA.local) ?? attributes.get(IFA.address);
	return { index: payload.readUInt32LE(4), address: `${dotted(address)}/${payload[1]}` };
}

// struct rtmsg: family, length of the destination's prefix, …, table (5th byte), protocol, scope, type (8th), flags (4).
function readRoute({ payload, attributes }: NetlinkMessage, names: ReadonlyMap<number, string>) {
	const prefix = payload[1] ?? 0;
	const network = dotted(attributes.get(RTA.dst));
	// A route with several next hops has them in an array of struct rtnexthop: length (2), flags, hops, index (4).
	const device = attributes.get(RTA.oif)?.readInt32LE(0) ?? attributes.get(RTA.multipath)?.readInt32LE(4) ?? 0;
	return {
		destination: prefix === 0 ? "default" : prefix === 8 * IPV4_BYTES ? network : `${network}/${prefix}`,
		via: attributes.has(RTA.gateway) ? dotted(attributes.get(RTA.gateway)) : "",
		device: names.get(device) ?? TYPES_WITHOUT_DEVICE[payload[7] ?? 0] ?? "",
	};
}

const dotted = (address: Buffer | undefined) => [...(address ?? Buffer.alloc(IPV4_BYTES))].join(".");
const textIn = (text: Buffer | undefined) => (text === undefined ? "" : text.toString("utf8").replace(/\0.*$/, ""));
