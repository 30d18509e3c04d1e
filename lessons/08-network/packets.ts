import type { Context, Explanation } from "../../harness/judge/index.ts";
import { FIRST_CONTAINER, GATEWAY, resultOf, SECOND_CONTAINER } from "./scenario.ts";

/**
 * Explanations of connections with the world, and of connections that NAT changes: why there is no answer, or a wrong
 * one.
 */

const NAT = "nft(8), NAT STATEMENTS";
const MASQUERADE = 'ip saddr ADDRESS oifname != "box0" masquerade';
const DNAT = "fib daddr type local tcp dport PORT dnat to ADDRESS:PORT";

export const masqueradeTooWide: Explanation[] = [
	{
		diagnosis: "masquerade-too-wide",
		why: (context) =>
			`The first container connected to the second. The second one saw the client's address ${context.observation.answers["box.other"]?.seenAs}, but the first one's address is ${context.drawn["address"]}. Packets between containers pass the hook postrouting, too. ${natRules(context, "source")}`,
		try: `Masquerade only packets that leave through another link: ${MASQUERADE}.`,
		see: [NAT],
	},
];

/** Connections from the host, or to ports of the host that are not published, no longer work. */
const HOST_CUT_OFF: Explanation = {
	diagnosis: "host-cut-off",
	why: ({ facts, drawn }) =>
		`The host has a link of its own, ${drawn["card"]}, with the address ${drawn["hostOutside"]} and the default route. After the containers had been connected, connections had these results: from the host to the world, ${resultOf(facts["host.world"])}; from the world to a port of the host that is not published, ${resultOf(facts["world.host"])}; from a container to the host, ${resultOf(facts["box.host"])}. Possible causes: a link, an address or a route of the host was changed, or a rule matches more than the published ports.`,
	try: "Compare ip address, ip route and nft list ruleset before and after connect.",
	see: ["ip-route(8)", NAT],
};
export const hostCutOff: Explanation[] = [HOST_CUT_OFF];

/** One of the containers has answered a connection to the host. */
export const containerAnswers: Explanation = {
	...HOST_CUT_OFF,
	when: ({ facts }) => facts["box.host"] === FIRST_CONTAINER || facts["box.host"] === SECOND_CONTAINER,
};

export const fromContainerToWorld: Explanation[] = [
	{
		when: ({ process, facts }) =>
			facts["box.world"] === "Network is unreachable" &&
			process?.network?.routes.every(({ destination }) => destination !== "default") === true,
		diagnosis: "no-default-route",
		misconception: 15,
		why: ({ process }) =>
			`The container has routes to: ${process?.network?.routes.map(({ destination }) => destination).join(", ") || "nothing"}. If no route matches the destination, the kernel sends no packet, and the connection fails with ENETUNREACH.`,
		try: "After the link is up and has its address, in the namespace: ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: (context) => gateway(context) !== "" && !hostAddresses(context).includes(gateway(context)),
		diagnosis: "gateway-is-nobody",
		misconception: 15,
		why: (context) =>
			`The container's default route leads to ${gateway(context)}, but this is not an address of the host. The host has ${hostAddresses(context).join(", ")}.`,
		try: "The gateway is the bridge's address: ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: ({ during }) => during?.host.network?.forwarding === false,
		diagnosis: "not-forwarded",
		misconception: 15,
		why: "net.ipv4.ip_forward is 0 on the host. So a link forwards the packets that arrive through it only if its own net.ipv4.conf.LINK.forwarding is 1. Without that, the host drops packets from the bridge that are for another computer, before any rule at the hook postrouting sees them. It also drops the answers.",
		try: 'Write "1" to /proc/sys/net/ipv4/ip_forward, on the host. If only single links are to forward, that must be both the bridge and the link to the world.',
		see: ["ip(7), /proc interfaces"],
	},
	{
		when: (context) => !rules(context).some((line) => SOURCE_NAT.test(line)),
		diagnosis: "not-masqueraded",
		why: "The host's ruleset has no masquerade and no snat. So packets leave with the container's own address as their source. No answer comes back, because the world has no route to 10.88.0.0/24.",
		try: `In a chain of type nat, hook postrouting: ${MASQUERADE}.`,
		see: [NAT],
	},
	{
		diagnosis: "masquerade-misses",
		why: (context) =>
			`${natRules(context, "source")} But the result of a connection from ${context.drawn["address"]} to the world was: ${resultOf(context.facts["box.world"])}. Possible causes: a condition of these rules does not match the packet, or another rule drops the packet.`,
		try: `Compare each condition with the packet: its source is the container's address, and it leaves through the host's link to the world. This rule matches: ${MASQUERADE}.`,
		see: [NAT, "nft(8), META EXPRESSIONS"],
	},
];

export const fromWorldToPort: Explanation[] = [
	{
		when: (context) => !rules(context).some((line) => DESTINATION_NAT.test(line) && !isHostsOwnRule(line)),
		diagnosis: "not-published",
		why: ({ facts }) =>
			`The host's ruleset has no dnat, so nothing leads the published port to the container. The result of a connection from the world to the published port was: ${resultOf(facts["world.first"])}.`,
		try: `In a chain of type nat, hook prerouting: ${DNAT}.`,
		see: [NAT],
	},
	{
		diagnosis: "port-misdirected",
		why: (context) =>
			`${natRules(context, "destination")} But the result of a connection from the world to port ${context.drawn["port"]} was: ${resultOf(context.facts["world.first"])}. The server at port 80 of the container should have answered. Possible causes: a rule that does not match, a rule that leads elsewhere, or a rule at a hook that such packets do not pass.`,
		try: `Packets that arrive pass prerouting, before the kernel looks up their route. Add there: ${DNAT}, with the container's port after the colon.`,
		see: [NAT, "nft(8), ADDRESS FAMILIES"],
	},
];

export const clientHidden: Explanation[] = [
	{
		diagnosis: "client-hidden",
		why: (context) =>
			`The world, ${context.drawn["world"]}, connected to the published port. The container saw the client's address ${context.observation.answers["world.first"]?.seenAs}. Packets on their way to the container pass the hook postrouting, too: a masquerade without a condition for the source changes their source as well. ${natRules(context, "source")}`,
		try: `Masquerade only packets that the container sends: ${MASQUERADE}.`,
		see: [NAT],
	},
];

export const secondPort: Explanation[] = [
	{
		diagnosis: "one-port-only",
		why: ({ drawn, facts, observation }) =>
			`Two ports were to be published, ${drawn["port"]} and ${drawn["secondPort"]}. The first one leads to the container. Connections to the second one had these results: from the world, ${resultOf(facts["world.second"])}; from the host, ${resultOf(facts["host.second"])}. ${noteIfUnmentioned(observation, drawn["secondPort"])}`,
		try: `Make a rule for each entry of published, in each chain: ${DNAT}.`,
		see: [NAT],
	},
];

export const fromHostToPort: Explanation[] = [
	{
		when: (context) => rules(context).some((line) => /hook output\b/.test(line)),
		diagnosis: "host-misdirected",
		why: (context) =>
			`For the world, the published port leads to the container. The result of a connection from the host itself was: ${resultOf(context.facts["host.first"])}. There is a chain at the hook output. ${natRules(context, "destination")} Possible causes: the rule is not in that chain, or one of its conditions does not match. (Packets from the host to itself leave through lo.)`,
		try: `Add to the chain at output: ${DNAT}.`,
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
	{
		diagnosis: "host-left-out",
		why: ({ facts }) =>
			`For the world, the published port leads to the container. The result of a connection from the host itself was: ${resultOf(facts["host.first"])}. Only packets that arrive pass prerouting. Packets that the host itself sends pass output, and no chain is there.`,
		try: "Add the same rule to a second chain: type nat hook output.",
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
];

export const otherAddressOfHost: Explanation[] = [
	{
		diagnosis: "one-address-only",
		why: (context) =>
			`The host reaches the published port at ${context.drawn["hostOutside"]}, its address on ${context.drawn["card"]}. At ${GATEWAY}, where a container reaches the host, the result of a connection was: ${resultOf(context.facts["host.bridge"])}.${hostAddresses(context).includes(GATEWAY) ? "" : ` None of the host's links has the address ${GATEWAY}.`}`,
		try: "Use the condition fib daddr type local: it matches all addresses of the host, on all its links.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
];

export const samePortElsewhere: Explanation[] = [
	{
		when: ({ facts }) => facts["host.elsewhere"] === FIRST_CONTAINER || facts["box.elsewhere"] === SECOND_CONTAINER,
		diagnosis: "others-port-taken",
		why: ({ drawn, facts }) =>
			`The world, ${drawn["world"]}, also has a server at the port number that is published on the host. Connections to that server had these results: from the host, ${resultOf(facts["host.elsewhere"])}; from a container, ${resultOf(facts["box.elsewhere"])}. A rule for the published port matches packets to this port at any address. If port 443 were published like this, HTTPS pages of other computers could not be opened any more.`,
		try: "Add a condition for the address: fib daddr type local matches only the host's own addresses.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
	{
		diagnosis: "others-port-closed",
		why: ({ drawn, facts }) =>
			`The world, ${drawn["world"]}, also has a server at the port number that is published on the host. At other ports, the world answers. At this port, connections had these results: from the host, ${resultOf(facts["host.elsewhere"])}; from a container, ${resultOf(facts["box.elsewhere"])}. A possible cause is a rule with a condition for the port only.`,
		try: "Add a condition for the address: fib daddr type local matches only the host's own addresses.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
];

const SOURCE_NAT = /\b(masquerade|snat)\b/;
const DESTINATION_NAT = /\b(dnat|redirect)\b/;

const rules = ({ during }: Context) => during?.host.network?.rules ?? [];

// A rule that the check has made on the host.
const isHostsOwnRule = (line: string) => /tcp dport 2222 redirect to :22\b/.test(line);

/** A sentence that lists the host's rules that change this address of packets, at most four of them. */
function natRules(context: Context, address: "source" | "destination"): string {
	const pattern = address === "source" ? SOURCE_NAT : DESTINATION_NAT;
	const lines = rules(context)
		.map((line) => line.trim())
		.filter((line) => pattern.test(line) && !isHostsOwnRule(line));
	return lines.length === 0
		? `The host has no rule that changes the ${address} of packets.`
		: `Rules that change the ${address} of packets: ${lines.slice(0, 4).join("; ")}.`;
}

/** A sentence if no rule of the host mentions the port; otherwise an empty text. */
function noteIfUnmentioned({ moments }: Context["observation"], port: string | undefined): string {
	if (port === undefined) return "";
	const isThere = moments["during"]?.host.network?.rules.some((line) => new RegExp(`\\b${port}\\b`).test(line));
	return isThere ? "" : `The host's ruleset does not mention ${port}.`;
}

/** The gateway of the container's default route; an empty text if there is none. */
const gateway = ({ process }: Context) =>
	process?.network?.routes.find(({ destination }) => destination === "default")?.via ?? "";

const hostAddresses = ({ during }: Context) =>
	(during?.host.network?.links ?? []).flatMap(({ addresses }) => addresses.map((one) => one.replace(/\/.*/, "")));
