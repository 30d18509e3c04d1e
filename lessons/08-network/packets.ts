import type { Context, Explanation } from "../../harness/grade/index.ts";
import { WORLD } from "./scenario.ts";

/** What becomes of a packet that leaves the bridge, or comes from beyond it: why there is no answer, or a wrong one. */

const NAT = "nft(8), NAT STATEMENTS";
const MASQUERADE = 'ip saddr ADDRESS oifname != "box0" masquerade';
const DNAT = "fib daddr type local tcp dport PORT dnat to ADDRESS:PORT";

export const tooWide: Explanation[] = [
	{
		diagnosis: "masquerade-too-wide",
		why: "The second container does not see the first one's address, but the bridge's. What goes from container to container passes postrouting, too, and was masqueraded, although it never leaves the bridge.",
		try: `Masquerade only what leaves through another link: ${MASQUERADE}.`,
		see: [NAT],
	},
];

export const world: Explanation[] = [
	{
		when: ({ process }) => process?.network?.routes.every(({ destination }) => destination !== "default") === true,
		diagnosis: "no-default-route",
		misconception: 15,
		why: ({ process }) =>
			`The container's routes are ${process?.network?.routes.map(({ destination }) => destination).join(", ") || "none"}. For an address that no route covers, the kernel does not try anything: ENETUNREACH.`,
		try: "In the namespace: ip route add default via 10.88.0.1. The link must be up and have its address by then.",
		see: ["ip-route(8)"],
	},
	{
		when: ({ during }) => during?.host.network?.forwarding === false,
		diagnosis: "not-forwarded",
		misconception: 15,
		why: "net.ipv4.ip_forward is 0 on the host. The packet came over the bridge, it was for somebody else, and a host that is no router drops such packets. No NAT rule ever sees it.",
		try: 'Write "1" to /proc/sys/net/ipv4/ip_forward, on the host.',
		see: ["ip-sysctl in the kernel's documentation", "proc_sys_net(5)"],
	},
	{
		when: (context) => !rules(context).some((line) => /\b(masquerade|snat)\b/.test(line)),
		diagnosis: "not-masqueraded",
		why: "The host's ruleset has no masquerade. The packet went out with the container's own address as its source, and the world has no route back to 10.88.0.0/24: the answer was never sent.",
		try: `In a chain of type nat, hook postrouting: ${MASQUERADE}.`,
		see: [NAT],
	},
	{
		diagnosis: "masquerade-misses",
		why: (context) =>
			`There is a rule, ${rules(context)
				.find((line) => /\b(masquerade|snat)\b/.test(line))
				?.trim()}, but it did not match the packet from ${context.drawn["address"]}, or did not help: no answer came back.`,
		try: `Compare each condition with the packet: its source is the container's address, and the link that it leaves through is not the bridge. ${MASQUERADE}.`,
		see: [NAT, "nft(8), META EXPRESSIONS"],
	},
];

export const fromOutside: Explanation[] = [
	{
		when: (context) => !rules(context).some((line) => line.includes("dnat to")),
		diagnosis: "not-published",
		why: "The host's ruleset has no dnat. The connection reached the host, where nobody listens on that port.",
		try: `In a chain of type nat, hook prerouting: ${DNAT}.`,
		see: [NAT],
	},
	{
		diagnosis: "port-misdirected",
		why: (context) =>
			`There is a rule, ${rules(context)
				.find((line) => line.includes("dnat to"))
				?.trim()}, but what comes from another host did not get to ${context.drawn["address"]}:80 by it. Either it does not match, or it leads elsewhere, or it is in a hook that such packets do not pass.`,
		try: `What arrives passes prerouting, before it is decided where it goes. There: ${DNAT}, with the container's port behind the colon.`,
		see: [NAT, "nft(8), ADDRESS FAMILIES"],
	},
];

export const hidden: Explanation[] = [
	{
		diagnosis: "client-hidden",
		why: "The container does not see who has called, but an address of the host. Packets on their way in pass postrouting, too: a masquerade that does not ask for the source masquerades them as well.",
		try: `Masquerade what the container sends, and nothing else: ${MASQUERADE}.`,
		see: [NAT],
	},
];

export const fromHost: Explanation[] = [
	{
		when: (context) => !rules(context).some((line) => line.includes(`dport ${context.drawn["secondPort"]} `)),
		diagnosis: "one-port-only",
		why: ({ drawn }) =>
			`Two ports were asked for, and the ruleset has none for the second, ${drawn["secondPort"]}. The connection reached the host, where nobody listens on that port.`,
		try: `One rule for each of published: ${DNAT}.`,
		see: [NAT],
	},
	{
		diagnosis: "host-left-out",
		why: "From beyond the host the published port leads to the container; from the host itself it does not. What the host sends never arrives anywhere, so it does not pass prerouting: it passes output.",
		try: "Put the same rule into a second chain: type nat hook output.",
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
];

export const astray: Explanation[] = [
	{
		diagnosis: "others-port-taken",
		why: `The world, ${WORLD}, has no server on that port, and should have said so. But the rule for the published port has caught the packet: it asks for the port alone. So it takes whatever the host sends or passes on to that port, whomever it is for. With 443 published, no container could read a page of the web any more.`,
		try: "Say whose address is meant. fib daddr type local is true when the destination is one of the host's own.",
		see: ["nft(8), FIB EXPRESSIONS"],
	},
];

const rules = ({ during }: Context) => during?.host.network?.rules ?? [];
