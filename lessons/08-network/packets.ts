import type { Context, Explanation } from "../../harness/judge/index.ts";

/** Explanations of packets that leave the bridge or come from beyond it: why no answer comes, or a wrong one. */

const NAT = "nft(8), NAT STATEMENTS";
const MASQUERADE = 'ip saddr ADDRESS oifname != "box0" masquerade';
const DNAT = "fib daddr type local tcp dport PORT dnat to ADDRESS:PORT";

export const tooWide: Explanation[] = [
	{
		diagnosis: "masquerade-too-wide",
		why: (context) =>
			`The second container sees ${context.observation.answers["box.other"]?.seenAs} as the one who asks; the first container's address is ${context.drawn["address"]}. What goes from container to container passes the hook postrouting, too. ${ruleset(context, SOURCE_NAT, "The rules that change a source")}`,
		try: `Masquerade only what leaves through another link: ${MASQUERADE}.`,
		see: [NAT],
	},
];

/** The host's own connections no longer work. */
const CUT_OFF: Explanation = {
	diagnosis: "host-cut-off",
	why: ({ facts, drawn }) =>
		`The host has a link of its own, ${drawn["card"]}, with the address ${drawn["hostOutside"]} and the default route. With the containers connected, the host asks the world and hears “${facts["host.world"]}”; the world and a container ask the host, at a port that was not published, and hear “${facts["world.host"]}” and “${facts["box.host"]}”. Possible causes are a link, an address or a route of the host's that was changed, and a rule that catches more than the published ports.`,
	try: "Compare ip address, ip route and nft list ruleset before connect and after.",
	see: ["ip-route(8)", NAT],
};
export const cutOff: Explanation[] = [CUT_OFF];

/** A question to the host was answered by one of the containers. */
export const containerAnswers: Explanation = {
	...CUT_OFF,
	when: ({ facts }) => facts["box.host"] === "box" || facts["box.host"] === "other",
};

export const world: Explanation[] = [
	{
		when: ({ process, facts }) =>
			facts["box.world"] === "Network is unreachable" &&
			process?.network?.routes.every(({ destination }) => destination !== "default") === true,
		diagnosis: "no-default-route",
		misconception: 15,
		why: ({ process }) =>
			`The container's routes are ${process?.network?.routes.map(({ destination }) => destination).join(", ") || "none"}. For an address that no route covers, the kernel does not try anything: ENETUNREACH.`,
		try: "In the namespace: ip route add default via 10.88.0.1. The link must be up and have its address by then.",
		see: ["ip-route(8)"],
	},
	{
		when: (context) => gateway(context) !== "" && !hostAddresses(context).includes(gateway(context)),
		diagnosis: "gateway-is-nobody",
		misconception: 15,
		why: (context) =>
			`The container's default route leads to ${gateway(context)}, and the host has no such address. It has ${hostAddresses(context).join(", ")}.`,
		try: "The gateway is the address of the bridge: ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: ({ during }) => during?.host.network?.forwarding === false,
		diagnosis: "not-forwarded",
		misconception: 15,
		why: "net.ipv4.ip_forward is 0 on the host. A packet that comes over the bridge and is for somebody else is dropped by a host that is no router, before any rule of postrouting sees it.",
		try: 'Write "1" to /proc/sys/net/ipv4/ip_forward, on the host.',
		see: ["ip-sysctl in the kernel's documentation", "proc_sys_net(5)"],
	},
	{
		when: (context) => !rules(context).some((line) => SOURCE_NAT.test(line)),
		diagnosis: "not-masqueraded",
		why: "The host's ruleset has no masquerade and no snat. A packet that leaves with the container's own address as its source finds no answer: the world has no route back to 10.88.0.0/24.",
		try: `In a chain of type nat, hook postrouting: ${MASQUERADE}.`,
		see: [NAT],
	},
	{
		diagnosis: "masquerade-misses",
		why: (context) =>
			`${ruleset(context, SOURCE_NAT, "The rules that change a source")} All the same, what came of asking the world from ${context.drawn["address"]} is: ${context.facts["box.world"]}. Possible causes are a condition of these rules that does not fit the packet, and another rule that drops it.`,
		try: `Compare each condition with the packet: its source is the container's address, and the link that it leaves through is whichever the host has there. ${MASQUERADE}.`,
		see: [NAT, "nft(8), META EXPRESSIONS"],
	},
];

export const fromOutside: Explanation[] = [
	{
		when: (context) => !rules(context).some((line) => DESTINATION_NAT.test(line) && !isHosts(line)),
		diagnosis: "not-published",
		why: ({ facts }) =>
			`The host's ruleset has no dnat, and what came of asking the published port is: ${facts["world.first"]}. Nothing leads from that port to the container.`,
		try: `In a chain of type nat, hook prerouting: ${DNAT}.`,
		see: [NAT],
	},
	{
		diagnosis: "port-misdirected",
		why: (context) =>
			`${ruleset(context, DESTINATION_NAT, "The rules that change a destination")} What came of asking port ${context.drawn["port"]} from another host is: ${context.facts["world.first"]}. It should have been the container's port 80. Possible causes are a rule that does not match, one that leads elsewhere, and one in a hook that such packets do not pass.`,
		try: `What arrives passes prerouting, before it is decided where it goes. There: ${DNAT}, with the container's port behind the colon.`,
		see: [NAT, "nft(8), ADDRESS FAMILIES"],
	},
];

export const hidden: Explanation[] = [
	{
		diagnosis: "client-hidden",
		why: (context) =>
			`The container sees ${context.observation.answers["world.first"]?.seenAs} as the one who has called; it was ${context.drawn["world"]}. Packets on their way in pass the hook postrouting, too: a masquerade that does not ask for the source masquerades them as well. ${ruleset(context, SOURCE_NAT, "The rules that change a source")}`,
		try: `Masquerade what the container sends, and nothing else: ${MASQUERADE}.`,
		see: [NAT],
	},
];

export const secondPort: Explanation[] = [
	{
		diagnosis: "one-port-only",
		why: ({ drawn, facts, observation }) =>
			`Two ports were asked for, ${drawn["port"]} and ${drawn["secondPort"]}. The first leads to the container. What came of asking the second is, from beyond the host: ${facts["world.second"]}; from the host: ${facts["host.second"]}. ${mentioned(observation, drawn["secondPort"])}`,
		try: `One rule for each of published, in each chain: ${DNAT}.`,
		see: [NAT],
	},
];

export const fromHost: Explanation[] = [
	{
		when: (context) => rules(context).some((line) => /hook output\b/.test(line)),
		diagnosis: "host-misdirected",
		why: (context) =>
			`From beyond the host the published port leads to the container; what comes of asking it from the host itself is: ${context.facts["host.first"]}. There is a chain at the hook output. ${ruleset(context, DESTINATION_NAT, "The rules that change a destination")} Possible causes are a rule that is not in that chain, and a condition that does not fit: what the host sends to itself goes out through lo.`,
		try: `In the chain at output: ${DNAT}.`,
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
	{
		diagnosis: "host-left-out",
		why: ({ facts }) =>
			`From beyond the host the published port leads to the container; what comes of asking it from the host itself is: ${facts["host.first"]}. What the host sends never arrives anywhere, so it does not pass prerouting: it passes output, and no chain is there.`,
		try: "Put the same rule into a second chain: type nat hook output.",
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
];

export const fromBridge: Explanation[] = [
	{
		diagnosis: "one-address-only",
		why: ({ facts, drawn }) =>
			`The host reaches the published port at ${drawn["hostOutside"]}, its address on ${drawn["card"]}. At 10.88.0.1, which is its own address, too, it does not: ${facts["host.bridge"]}.`,
		try: "fib daddr type local is true for each of the host's own addresses, whichever link they are on.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
];

export const astray: Explanation[] = [
	{
		when: ({ facts }) => facts["host.elsewhere"] === "box" || facts["box.elsewhere"] === "other",
		diagnosis: "others-port-taken",
		why: ({ drawn }) =>
			`The world, ${drawn["world"]}, has a server of its own at a port with the same number, and it was asked for; but a container answered. The rule for the published port takes whatever the host sends or passes on to that port, whomever it is for. With 443 published, no container could read a page of the web any more.`,
		try: "Say whose address is meant. fib daddr type local is true when the destination is one of the host's own.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
	{
		diagnosis: "others-port-closed",
		why: ({ drawn, facts }) =>
			`The world, ${drawn["world"]}, has a server of its own at a port with the same number as the published one. It answers at other ports; at this one, what came of asking is, from the host: ${facts["host.elsewhere"]}; from a container: ${facts["box.elsewhere"]}. A possible cause is a rule that asks for the port alone.`,
		try: "Say whose address is meant. fib daddr type local is true when the destination is one of the host's own.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
];

const SOURCE_NAT = /\b(masquerade|snat)\b/;
const DESTINATION_NAT = /\b(dnat|redirect)\b/;

const rules = ({ during }: Context) => during?.host.network?.rules ?? [];

// A rule that the check has made on the host.
const isHosts = (line: string) => /tcp dport 2222 redirect to :22\b/.test(line);

/** The matching rules in a sentence. */
function ruleset(context: Context, kind: RegExp, what: string): string {
	const lines = rules(context)
		.map((line) => line.trim())
		.filter((line) => kind.test(line) && !isHosts(line));
	return lines.length === 0 ? "The host's ruleset has no rule for that." : `${what}: ${lines.slice(0, 4).join("; ")}.`;
}

function mentioned({ moments }: Context["observation"], port = ""): string {
	const isThere = moments["during"]?.host.network?.rules.some((line) => new RegExp(`\\b${port}\\b`).test(line));
	return isThere ? "" : `The number ${port} is nowhere in the host's ruleset.`;
}

const gateway = ({ process }: Context) =>
	process?.network?.routes.find(({ destination }) => destination === "default")?.via ?? "";

const hostAddresses = ({ during }: Context) =>
	(during?.host.network?.links ?? []).flatMap(({ addresses }) => addresses.map((one) => one.replace(/\/.*/, "")));
