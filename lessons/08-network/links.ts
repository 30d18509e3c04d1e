import { type Context, called, type Explanation, type HostState } from "../../harness/grade/index.ts";

/** Namespaces, and the cable between them: why a container is not connected, from itself outwards. */

const IP_LINK = "ip-link(8)";

export const ENGINE_MOVED: Omit<Explanation, "when"> = {
	diagnosis: "engine-moved",
	why: "unshare(CLONE_NEWNET) moves its caller, and here that is the engine itself; the ledger has no setns after it. What it then made with ip and nft, it made in the container's namespace, out of which nothing leads.",
	try: 'Before unshare, open "/proc/thread-self/ns/net": setns(fd, CLONE_NEWNET) brings you back.',
	see: ["setns(2)", "unshare(2)"],
};

export const separate: Explanation[] = [
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

export const secondEnding: Explanation[] = [
	{
		when: ({ observation }) => threw(observation.containers["other"]?.ending, /exist|already/),
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

export const sameNamespace: Explanation[] = [
	{
		diagnosis: "one-namespace-for-both",
		why: "/proc/PID/ns/net of the second container's command is not one of its own. What has one name is one namespace: the containers share links, addresses and ports.",
		try: "Make a new namespace for each container; if it needs a name, use the container's.",
		see: ["network_namespaces(7)", "ip-netns(8)"],
	},
];

export const loopback: Explanation[] = [
	{
		when: joinUnshares,
		diagnosis: "join-unshares",
		misconception: 15,
		why: "The process that became the command called unshare(CLONE_NEWNET): it is in one more namespace, which nobody has ever set up. The one that connect made, with the cable in it, is held open by a descriptor, and nobody is in it.",
		try: "In join: setns, with the descriptor of the namespace that is there already.",
		see: ["setns(2)", "unshare(2), CLONE_NEWNET"],
	},
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
export const link: Explanation[] = [
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

export const each: Explanation[] = [
	{
		diagnosis: "containers-apart",
		why: "Each container reaches the host, but not the other: their links do not end on the same bridge, or something between its ports drops what it should pass on.",
		try: "Make both ends ports of one bridge: ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
];

/** Whether the engine went into a new network namespace and did not come back. */
export function engineMoved({ ledger }: Pick<Context, "ledger">): boolean {
	const own = ledger.filter(({ task, error }) => task === "1" && error === undefined);
	const left = own.findLastIndex(
		({ call, args }) => call === "unshare" && args["flags"]?.includes("CLONE_NEWNET") === true,
	);
	return left >= 0 && !own.slice(left).some(({ call }) => call === "setns");
}

type Link = NonNullable<HostState["network"]>["links"][number];

// By a process below the engine, of which the command descends: "1.1" of "1.1.1.1".
function joinUnshares({ ledger }: Context): boolean {
	const command = ledger.find(({ call }) => call === "execve")?.task ?? "";
	const above = ledger.filter(({ task }) => task !== "1" && `${command}.`.startsWith(`${task}.`));
	return called({ ledger: above }, "unshare", "CLONE_NEWNET");
}

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

const shownAddresses = (of: Link | undefined) => of?.addresses.join(", ") || "none";

const threw = (ending: Context["ending"] | undefined, pattern: RegExp) => pattern.test(message(ending));
const message = (ending: Context["ending"] | undefined) =>
	ending?.how === "threw" ? ending.thrown.message.trim().replaceAll(/\s*\n\s*/g, "; ") : `it ${ending?.how}`;
