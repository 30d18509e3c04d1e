import { readFileSync } from "node:fs";
import type { Network, NetworkNamespace } from "../network.ts";

/**
 * How a network namespace is read with ip(8) and nft(8).
 * @see ip-address(8), ip-route(8), ip-rule(8), ip-netns(8), nft(8)
 */

/**
 * The commands that ip reads from its standard input. They have no -4, which would leave out links without an address,
 * such as the ports of a bridge.
 */
export const IP_COMMANDS = "address show\nroute show table all\nrule show\nnetns list-id\n";

/** The program to run. It prints a line of JSON for each command, and with `withRules` the lines of nft's ruleset. */
export function ipProgram(withRules: boolean): string[] {
	const ip = ["ip", "-json", "-details", "-batch", "-"];
	return withRules ? ["sh", "-c", `${ip.join(" ")} && nft list ruleset`] : ip;
}

/** Parses the program's output. In `indices`, `peer` is 0 if the link's other end is in the same namespace. */
export function parseNetwork(answer: string): {
	network: Omit<Network, "forwarding">;
	indices: NetworkNamespace["indices"];
} {
	const [links = "", routes = "", policies = "", namespaces = "", ...rules] = answer.split("\n").filter(Boolean);
	const ipLinks = JSON.parse(links) as IpLink[];
	const ipRoutes = (JSON.parse(routes) as IpRoute[]).filter((route) => !isKernels(route));
	const network = {
		links: ipLinks.map((link) => ({
			name: link.ifname,
			kind: link.linkinfo?.info_kind ?? "",
			flags: link.flags,
			master: link.master ?? "",
			portState: link.linkinfo?.info_slave_data?.state ?? "",
			spanningTree: link.linkinfo?.info_data?.stp_state === 1,
			addresses: (link.addr_info ?? [])
				.filter(({ family }) => family === "inet")
				.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
		})),
		routes: ipRoutes.filter(isMain).map((route) => ({
			destination: route.dst,
			via: route.gateway ?? "",
			device: deviceOf(route),
		})),
		further: [
			...(JSON.parse(policies) as Record<string, string | number>[]).map(inWords),
			...ipRoutes
				.filter((route) => !isMain(route))
				.map((route) => `route to ${route.dst} through ${deviceOf(route)} in the table ${route.table}`),
			...ipLinks.flatMap(({ ifname, addr_info = [] }) =>
				addr_info
					.filter(({ family, protocol = "" }) => family === "inet6" && !protocol.startsWith("kernel"))
					.map(({ local, prefixlen }) => `${ifname} ${local}/${prefixlen}`),
			),
		],
		peers: (JSON.parse(namespaces) as { nsid: number }[]).map(({ nsid }) => nsid),
		rules,
	};
	const indices = ipLinks.map(({ ifname, ifindex, link_index: peer = 0 }) => [ifname, { own: ifindex, peer }]);
	return { network, indices: Object.fromEntries(indices) as NetworkNamespace["indices"] };
}

const isIpv6 = ({ dst, pref }: IpRoute) => dst.includes(":") || pref !== undefined;
const isMain = (route: IpRoute) => route.table === "main" && !isIpv6(route);

// Routes that the kernel itself makes and removes together with an address. Those of IPv6 appear some time after the
// link.
const isKernels = (route: IpRoute) => route.protocol === "kernel" && (route.table === "local" || isIpv6(route));

// The device of a route, or of its first next hop. If a route leads nowhere and has no device, returns its
// type, such as `unreachable`.
const deviceOf = ({ dev, nexthops = [], type }: IpRoute) => dev ?? nexthops[0]?.dev ?? type;

const WORDS: Readonly<Record<string, string>> = { src: "from", dst: "to", table: "lookup" };

// { "priority": 32765, "src": "10.0.0.1", "table": "77" }: "rule from 10.0.0.1 lookup 77"
const inWords = ({ priority: _, protocol: __, ...rule }: Record<string, string | number>) =>
	`rule ${Object.entries(rule)
		.map(([key, value]) => `${WORDS[key] ?? key} ${value}`)
		.join(" ")}`;

/** Whether packets between links are forwarded. /proc/sys/net shows the reading thread's network namespace. */
export const readForwarding = () => readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim() === "1";

interface IpLink {
	ifname: string;
	ifindex: number;
	link_index?: number;
	flags: string[];
	master?: string;
	linkinfo?: { info_kind?: string; info_data?: { stp_state?: number }; info_slave_data?: { state?: string } };
	addr_info?: { family: string; local: string; prefixlen: number; protocol?: string }[];
}

interface IpRoute {
	dst: string;
	gateway?: string;
	dev?: string;
	nexthops?: { dev: string }[];
	type: string;
	table: string;
	protocol: string;
	/** Only IPv6 routes have this. */
	pref?: string;
}
