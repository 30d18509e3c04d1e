import { type Context, called, type Explanation, type FactRule, type HostState } from "../../harness/grade/index.ts";
import { NOT_TRIED, type Question } from "./scenario.ts";

type Link = NonNullable<HostState["network"]>["links"][number];

/** Whether the containers have no network of their own: then nothing else can be right, and one finding says so. */
const neverApart = ({ facts }: Context) => facts["ns.net"] !== "new" || facts["ns.net.other"] !== "its own";

const asked = (fact: Question, what: string, explain: Explanation[]): FactRule => ({
	fact,
	what,
	accept: (got, context) => got === NOT_TRIED || neverApart(context),
	explain,
});

/** Who asked, as the server that answered saw it; of one that did not answer, another finding says so. */
const seen = (fact: string, of: Question, what: string, explain: Explanation[]): FactRule => ({
	fact,
	what,
	accept: (_, context) => context.facts[of] !== "answered" || neverApart(context),
	explain,
});

const IP_LINK = "ip-link(8)";
const NAT = "nft(8), NAT STATEMENTS";

/** The container's link, if it has one beside the loopback. */
const inside = ({ process }: Context) => process?.network?.links.find(({ name }) => name !== "lo");

/** Links of the host that were not there before. */
function added({ during, observation }: Context): Link[] {
	const before = new Set(observation.before.network?.links.map(({ name }) => name));
	return (during?.host.network?.links ?? []).filter(({ name }) => !before.has(name));
}

const bridge = (context: Context) => added(context).find(({ kind }) => kind === "bridge");

/** The host's end of the container's veth pair; of all, if it goes by another name. */
function outerEnd(context: Context): Link | undefined {
	const ends = added(context).filter(({ kind }) => kind === "veth");
	return ends.find(({ name }) => name === `box-${context.drawn["id"]}`) ?? ends[0];
}

const isUp = (link: Link | undefined) => link?.flags.includes("UP") === true;

/** Whether the engine went into a new network namespace and did not come back. */
export function engineMoved({ ledger }: Pick<Context, "ledger">): boolean {
	const own = ledger.filter(({ task, error }) => task === "1" && error === undefined);
	const left = own.findLastIndex(
		({ call, args }) => call === "unshare" && args["flags"]?.includes("CLONE_NEWNET") === true,
	);
	return left >= 0 && !own.slice(left).some(({ call }) => call === "setns");
}

export const ENGINE_MOVED: Omit<Explanation, "when"> = {
	diagnosis: "engine-moved",
	why: "unshare(CLONE_NEWNET) moves its caller, and here that is the engine itself; the ledger has no setns after it. What it then made with ip and nft, it made in the container's namespace, out of which nothing leads.",
	try: 'Before unshare, open "/proc/thread-self/ns/net": setns(fd, CLONE_NEWNET) brings you back.',
	see: ["setns(2)", "unshare(2)"],
};

const rules = ({ during }: Context) => during?.host.network?.rules ?? [];

const separate: Explanation[] = [
	{
		when: ({ ledger }) => called({ ledger }, "unshare", "CLONE_NEWNET"),
		diagnosis: "not-joined",
		why: "A network namespace was made, and /proc/PID/ns/net of the command is the host's all the same: the process that became the command never went into it.",
		try: "join is called in that process: call setns there, with the descriptor of the namespace.",
		see: ["setns(2)", "network_namespaces(7)"],
	},
	{
		diagnosis: "net-shared",
		why: "/proc/PID/ns/net is the same link for the command and for the host's init: they share links, addresses, and the 65535 ports. A second server on the same port gets EADDRINUSE.",
		try: "unshare(CLONE_NEWNET) makes a namespace; setns takes the command there.",
		see: ["network_namespaces(7)", "unshare(2)"],
	},
];

const secondEnding: Explanation[] = [
	{
		when: ({ observation }) => threw(observation.containers["other"]?.ending, /File exists|exist/),
		diagnosis: "made-twice",
		why: ({ observation }) =>
			`The first container was connected, and the second was refused: ${message(observation.containers["other"]?.ending)}. What both share can be made once only.`,
		try: "Ask whether the bridge is there before you make it, and name everything else after the container.",
		see: [IP_LINK],
	},
	{
		diagnosis: "second-failed",
		why: ({ observation }) =>
			`The first container was connected; the second was not: ${message(observation.containers["other"]?.ending)}.`,
		try: "Look for what the two have in common: a name, an address, a file.",
		see: ["ip-link(8)"],
	},
];

const sameNamespace: Explanation[] = [
	{
		diagnosis: "one-namespace-for-both",
		why: "/proc/PID/ns/net of the second container's command is not one of its own. What has one name is one namespace: the containers share links, addresses and ports.",
		try: "Make a new namespace for each container; if it needs a name, use the container's.",
		see: ["network_namespaces(7)", "ip-netns(8)"],
	},
];

const loopback: Explanation[] = [
	{
		diagnosis: "loopback-down",
		misconception: 15,
		why: ({ process }) =>
			`In the container's namespace, lo has the flags ${process?.network?.links.find(({ name }) => name === "lo")?.flags.join(", ")}. A new network namespace has a loopback, but it is down and has no address: 127.0.0.1 cannot be reached.`,
		try: "In the namespace: ip link set lo up. The address comes by itself.",
		see: ["network_namespaces(7)", IP_LINK],
	},
];

/** Why the container's link to the host does not work, from the container outwards. */
const link: Explanation[] = [
	{
		...ENGINE_MOVED,
		when: (context) => inside(context) !== undefined && added(context).length === 0,
		why: ({ process }) =>
			`The host has no new link; all are in the container's namespace: ${process?.network?.links.map(({ name }) => name).join(", ")}. unshare(CLONE_NEWNET) moves its caller, and that was the engine itself: what it made from then on, it made in there.`,
	},
	{
		when: (context) => inside(context) === undefined && added(context).filter(({ kind }) => kind === "veth").length > 2,
		diagnosis: "veth-end-outside",
		misconception: 15,
		why: (context) =>
			`The container's namespace has lo and nothing else. The host has ${added(context)
				.filter(({ kind }) => kind === "veth")
				.map(({ name }) => name)
				.join(", ")}: both ends of each veth pair are out here.`,
		try: "Move one end: ip link set END netns PID-or-path, or say so when the pair is made: … peer name eth0 netns ….",
		see: ["veth(4)", IP_LINK],
	},
	{
		when: (context) => inside(context) === undefined,
		diagnosis: "no-link",
		misconception: 15,
		why: "The container's namespace has lo and nothing else: no packet can leave it.",
		try: "Make a veth pair, and give one end to the namespace.",
		see: ["veth(4)", "network_namespaces(7)"],
	},
	{
		when: (context) => !isUp(inside(context)),
		diagnosis: "link-down",
		misconception: 15,
		why: (context) =>
			`${inside(context)?.name} in the container's namespace is without the flag UP. A new link is down, and one that is moved to another namespace is set down on the way.`,
		try: "In the namespace: ip link set eth0 up, before any route is added.",
		see: [IP_LINK],
	},
	{
		when: (context) => inside(context)?.addresses.length === 0,
		diagnosis: "no-address",
		why: (context) =>
			`${inside(context)?.name} in the container's namespace is up and has no address. One that it had in another namespace does not move with it.`,
		try: "In the namespace, after the link is there: ip address add ADDRESS/24 dev eth0.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) => isUp(inside(context)) && !isUp(outerEnd(context)) && outerEnd(context) !== undefined,
		diagnosis: "outer-end-down",
		why: (context) =>
			`The container's end of the veth pair is up; the host's, ${outerEnd(context)?.name}, is not. A cable carries nothing until both ends are up.`,
		try: "On the host: ip link set NAME up.",
		see: ["veth(4)", IP_LINK],
	},
	{
		when: (context) => bridge(context) !== undefined && outerEnd(context)?.master === "",
		diagnosis: "not-a-port",
		why: (context) =>
			`${bridge(context)?.name} is there, but ${outerEnd(context)?.name}, the host's end of the pair, is not a port of it: it has no master. The cable is not plugged in.`,
		try: "ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
	{
		when: (context) => bridge(context) !== undefined && !isUp(bridge(context)),
		diagnosis: "bridge-down",
		why: (context) => `${bridge(context)?.name} is without the flag UP: a bridge that is down passes nothing on.`,
		try: "ip link set BRIDGE up.",
		see: [IP_LINK],
	},
	{
		when: (context) => bridge(context)?.addresses.length === 0,
		diagnosis: "bridge-without-address",
		why: (context) =>
			`${bridge(context)?.name} joins the containers, but the host has no address on it: nobody here is the gateway, 10.88.0.1, and the host has no route to 10.88.0.0/24.`,
		try: "ip address add 10.88.0.1/24 dev BRIDGE.",
		see: ["ip-address(8)"],
	},
	{
		diagnosis: "host-unreachable",
		why: (context) =>
			`The link has its two ends, but not the same network on both. In the container: ${shownAddresses(inside(context))}. On the host: ${shownAddresses(bridge(context))}. The prefix says which addresses are reached directly: /32 is none but its own.`,
		try: "Give both sides addresses of 10.88.0.0/24, written with their /24.",
		see: ["ip-address(8)", "ip-route(8)"],
	},
];

const shownAddresses = (of: Link | undefined) => of?.addresses.join(", ") || "none";

const each: Explanation[] = [
	{
		diagnosis: "containers-apart",
		why: "Each container reaches the host, but not the other: their links do not end on the same bridge, or something between its ports drops what it should pass on.",
		try: "Make both ends ports of one bridge: ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
];

const MASQUERADE = 'ip saddr ADDRESS oifname != "box0" masquerade';

const tooWide: Explanation[] = [
	{
		diagnosis: "masquerade-too-wide",
		why: "The second container does not see the first one's address, but the bridge's. What goes from container to container passes postrouting, too, and was masqueraded, although it never leaves the bridge.",
		try: `Masquerade only what leaves through another link: ${MASQUERADE}.`,
		see: [NAT],
	},
];

const world: Explanation[] = [
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

const DNAT = "fib daddr type local tcp dport PORT dnat to ADDRESS:PORT";

const fromOutside: Explanation[] = [
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

const hidden: Explanation[] = [
	{
		diagnosis: "client-hidden",
		why: "The container does not see who has called, but an address of the host. Packets on their way in pass postrouting, too: a masquerade that does not ask for the source masquerades them as well.",
		try: `Masquerade what the container sends, and nothing else: ${MASQUERADE}.`,
		see: [NAT],
	},
];

const fromHost: Explanation[] = [
	{
		diagnosis: "host-left-out",
		why: "From beyond the host the published port leads to the container; from the host itself it does not. What the host sends never arrives anywhere, so it does not pass prerouting: it passes output.",
		try: "Put the same rule into a second chain: type nat hook output.",
		see: ["nft(8), ADDRESS FAMILIES", NAT],
	},
];

const gone: Explanation[] = [
	{
		diagnosis: "others-cut-off",
		misconception: 17,
		why: ({ drawn, facts }) =>
			`The second container, ${drawn["otherAddress"]}, was connected as long as the first one ran. Now: the host ${said(facts["other.host"])}, the world ${said(facts["other.world"])}, its port ${said(facts["later.port"])}. The first one's remove has taken away what both use: the bridge, a table of rules, or forwarding.`,
		try: "Remove what bears the container's own name. The bridge goes with the last: as long as it has a port, it is in use.",
		see: [IP_LINK, "nft(8)"],
	},
];

const said = (fact: unknown) =>
	fact === "host" || fact === "world" || fact === "other" ? "answers" : `says “${fact}”`;

const stillLed: Explanation[] = [
	{
		diagnosis: "port-still-led",
		misconception: 17,
		why: "The container has ended, nobody listens on that port of the host, and yet the connection is not refused at once: a rule still sends it to an address that is nobody's any more. The next container that gets the address would get the connection, too.",
		try: "Remove the container's own rules in its remove, not only with the last container.",
		see: ["nft(8)"],
	},
];

const flushed: Explanation[] = [
	{
		diagnosis: "host-rules-lost",
		misconception: 17,
		why: "These lines of the ruleset were there before the first container, and they were not yours. flush ruleset removes everybody's rules; deleting a table removes whatever else is in it.",
		try: "Keep your rules in a table of your own, named after the container, and delete that.",
		see: ["nft(8), RULESET", "nft(8), TABLES"],
	},
];

const REMOVED_BY_HAND =
	"A link lives until it is deleted, or its namespace is gone; the namespace lives as long as a process is in it or a descriptor of it is open.";

const links: Explanation[] = [
	{
		when: ({ facts }) => Array.isArray(facts["left.links"]) && facts["left.links"].some((item) => /^box-/.test(item)),
		diagnosis: "veth-left",
		misconception: 17,
		why: `Both containers have ended, and ip link still shows a veth. ${REMOVED_BY_HAND}`,
		try: "In remove: ip link delete NAME, and close the descriptor. The other end, its addresses and routes go along.",
		see: [IP_LINK, "veth(4)"],
	},
	{
		diagnosis: "bridge-left",
		misconception: 17,
		why: "Both containers have ended, and what was made for them is still in ip link, ip address or ip route on the host. A bridge without ports does not go by itself.",
		try: "In remove: when the bridge has no port any more (/sys/class/net/BRIDGE/brif is empty), ip link delete BRIDGE.",
		see: [IP_LINK],
	},
];

const rulesLeft: Explanation[] = [
	{
		diagnosis: "rules-left",
		misconception: 17,
		why: "Both containers have ended, and nft list ruleset on the host still has lines that were not there before. Rules belong to nobody: no process and no link takes them along.",
		try: "In remove: nft delete table ip NAME, for every table that was made.",
		see: ["nft(8), TABLES"],
	},
];

const mountsLeft: Explanation[] = [
	{
		diagnosis: "namespace-left",
		misconception: 17,
		why: "Both containers have ended, and a mount is left. A named network namespace is a file in /run/netns with the namespace mounted on it, and that mount keeps it alive.",
		try: "ip netns delete NAME in remove. Or no name at all: an open descriptor keeps a namespace, too, and goes with the process.",
		see: ["ip-netns(8)", "namespaces(7), Namespace lifetime"],
	},
];

const processesLeft: Explanation[] = [
	{
		diagnosis: "processes-left",
		misconception: 17,
		why: "Both containers have ended, and these processes, which the engine has started, are still there. A process that only keeps a namespace alive keeps it for ever.",
		try: "End every helper in remove, and wait for it. Better: hold the namespace by an open descriptor, which needs no process.",
		see: ["namespaces(7), Namespace lifetime", "waitpid(2)"],
	},
];

const halfWay: Explanation[] = [
	{
		diagnosis: "half-way-left",
		misconception: 17,
		why: "The third container was to get the address 10.88.0.300, which ip refused, and connect threw. What it had made by then is still there: the engine removes only what connect has returned.",
		try: "Wrap the work in try; in catch, undo what is done and throw the exception again.",
		see: [IP_LINK],
	},
];

const threw = (ending: Context["ending"] | undefined, pattern: RegExp) => pattern.test(message(ending));
const message = (ending: Context["ending"] | undefined) =>
	ending?.how === "threw" ? ending.thrown.message.trim().replaceAll(/\s*\n\s*/g, "; ") : `it ${ending?.how}`;

/** What the kernel must show, from the container outwards, and then of what is left. */
export const facts: FactRule[] = [
	{ fact: "ns.net", what: "the container's network namespace", explain: separate },
	{
		fact: "other.ending",
		accept: (_, { ending }) => ending.how !== "returned",
		what: "the end of a second container, started while the first one runs",
		explain: secondEnding,
	},
	{
		fact: "ns.net.other",
		what: "the second container's network namespace",
		accept: (got, context) => got === NOT_TRIED || context.facts["ns.net"] !== "new",
		explain: sameNamespace,
	},
	asked("box.lo", "the container's own server, asked from inside at 127.0.0.1", loopback),
	asked("box.host", "the host, asked from the container at the bridge's address", link),
	asked("host.box", "the container, asked from the host", link),
	asked("box.other", "the second container, asked from the first", each),
	seen("seen.other", "box.other", "who has asked, as the second container sees it", tooWide),
	asked("box.world", "a server beyond the host, asked from the container", world),
	asked("host.fromWorld", "the published port, asked from beyond the host", fromOutside),
	seen("seen.published", "host.fromWorld", "who has asked from out there, as the container sees it", hidden),
	asked("host.port", "the published port, asked from the host itself", fromHost),
	asked("other.host", "the host, asked from the second container when the first has ended", gone),
	asked("other.world", "the world, asked from the second container when the first has ended", gone),
	asked("later.port", "the second container's published port, when the first has ended", gone),
	asked("later.gone", "the first container's published port, when it has ended", stillLed),
	{ fact: "lost.rules", what: "rules of the host's own that were lost", explain: flushed },
	{ fact: "left.links", what: "links, addresses and routes left on the host", explain: links },
	{ fact: "left.rules", what: "nft rules left on the host", explain: rulesLeft },
	{ fact: "left.mounts", what: "mounts left on the host", explain: mountsLeft },
	{ fact: "left.helpers", what: "processes left behind", explain: processesLeft },
	{ fact: "halfway.left", what: "what is left of a third container, whose address was refused", explain: halfWay },
];
