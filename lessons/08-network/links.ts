import { type Context, called, type Explanation, type HostState } from "../../harness/judge/index.ts";
import { GATEWAY } from "./scenario.ts";

/** Explanations of a container that is not connected: of its namespace first, then of the veth pair and the bridge. */

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
		why: "A network namespace was made, and /proc/PID/ns/net of the command is the host's all the same: the process that became the command is not in it.",
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
		when: ({ observation }) => threw(observation.calls["other"]?.ending, /exist|already/),
		diagnosis: "made-twice",
		why: ({ observation }) =>
			`The first container was connected, and the second was refused: ${message(observation.calls["other"]?.ending)}. What is there already cannot be made once more. Possible causes are what both share, such as the bridge and its address, and a name that is the same for both.`,
		try: "Ask whether the bridge is there before you make it, and name everything else after the container.",
		see: [IP_LINK],
	},
	{
		diagnosis: "second-failed",
		why: ({ observation }) =>
			`The first container's command ran and ended as it should; of the second one this came: ${message(observation.calls["other"]?.ending)}.`,
		try: "Look for what the two have in common: a name, an address, a file.",
		see: ["ip-link(8)"],
	},
];

export const sameNamespace: Explanation[] = [
	{
		when: ({ facts }) => facts["ns.net.other"] === "the host's",
		diagnosis: "second-not-joined",
		why: "/proc/PID/ns/net of the first container's command is a namespace of its own; that of the second one's is the host's.",
		try: "join goes into the namespace that the same call of connect has made: for every container.",
		see: ["setns(2)", "network_namespaces(7)"],
	},
	{
		when: ({ facts }) => facts["ns.net.other"] === "its command did not run",
		diagnosis: "second-never-ran",
		why: "The second container's engine came back, but while the first container ran, no process was seen that had become the second one's command.",
		try: "join has to return normally, so that the engine can start the command: look for process.exit and _exit.",
		see: [],
	},
	{
		diagnosis: "one-namespace-for-both",
		why: "/proc/PID/ns/net is the same link for the commands of both containers: they share links, addresses and ports.",
		try: "Make a new namespace for each container; if it needs a name, use the container's.",
		see: ["network_namespaces(7)", "ip-netns(8)"],
	},
];

export const loopback: Explanation[] = [
	{
		when: (context) => joinUnshares(context) && loopbackFlags(context).every((flag) => flag !== "UP"),
		diagnosis: "join-unshares",
		misconception: 15,
		why: ({ process }) =>
			`The process that became the command, or one above it, called unshare(CLONE_NEWNET) after the engine had forked it: so it went to a namespace that is new, and whose loopback is down. The links in there: ${process?.network?.links.map(({ name }) => name).join(", ")}.`,
		try: "In join: setns, with the descriptor of the namespace that is there already.",
		see: ["setns(2)", "unshare(2), CLONE_NEWNET"],
	},
	{
		when: (context) => !loopbackFlags(context).includes("UP"),
		diagnosis: "loopback-down",
		misconception: 15,
		why: (context) =>
			`In the container's namespace, lo has the flags ${loopbackFlags(context).join(", ")}. A new network namespace has a loopback, but it is down and has no address: 127.0.0.1 cannot be reached.`,
		try: "In the namespace: ip link set lo up. The address comes by itself.",
		see: ["network_namespaces(7)", IP_LINK],
	},
	{
		diagnosis: "loopback-unanswered",
		why: (context) =>
			`In the container's namespace, lo is up and has the addresses ${shownAddresses(context.process?.network?.links.find(({ name }) => name === "lo"))}. But a connection from the container to itself, at 127.0.0.1, came to this: ${context.facts["box.lo"]}. Possible causes are an address that was taken away, and rules in the container's namespace.`,
		try: "In the namespace, lo has to be set up, and nothing else has to be done for it.",
		see: ["network_namespaces(7)"],
	},
];

/** Why the container's link to the host does not work: first causes in the container, then on the host. */
export const link: Explanation[] = [
	{
		...ENGINE_MOVED,
		when: ({ process, observation }) => process?.engineNamespaces["net"] !== observation.before.namespaces["net"],
		why: (context) =>
			`/proc/PID/ns/net of the engine is not the host's any more: unshare and setns move their caller, and that was the engine itself. What it makes with ip and nft from then on, it makes in there. New on the host: ${
				added(context)
					.map(({ name }) => name)
					.join(", ") || "no link"
			}; in the container's namespace: ${context.process?.network?.links.map(({ name }) => name).join(", ")}.`,
	},
	{
		when: (context) => inside(context) === undefined && added(context).filter(({ kind }) => kind === "veth").length > 2,
		diagnosis: "veth-end-outside",
		misconception: 15,
		why: (context) =>
			`The container's namespace has lo and nothing else. The host has ${added(context)
				.filter(({ kind }) => kind === "veth")
				.map(({ name }) => name)
				.join(", ")}. Two containers are connected, so two ends of veth pairs belong here; the others belong inside.`,
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
		when: (context) =>
			inside(context)?.addresses.every((one) => withoutPrefix(one) !== context.drawn["address"]) === true,
		diagnosis: "address-of-another",
		why: (context) =>
			`The container was to have the address ${context.drawn["address"]}. ${inside(context)?.name} in its namespace has ${shownAddresses(inside(context))}.`,
		try: "Give it the address that connect is called with.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) => isUp(inside(context)) && !isUp(outerEnd(context)) && outerEnd(context) !== undefined,
		diagnosis: "outer-end-down",
		why: (context) =>
			`${inside(context)?.name} in the container's namespace is up; ${outerEnd(context)?.name} on the host is not. A cable carries nothing until both ends are up.`,
		try: "On the host: ip link set NAME up.",
		see: ["veth(4)", IP_LINK],
	},
	{
		when: (context) => bridge(context) !== undefined && outerEnd(context)?.master === "",
		diagnosis: "not-a-port",
		why: (context) =>
			`${bridge(context)?.name} is there, but ${outerEnd(context)?.name}, a veth of the host's, is not a port of it: it has no master. The cable is not plugged in.`,
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
		when: (context) => bridge(context)?.addresses.length === 0 && !hostHas(context, GATEWAY),
		diagnosis: "bridge-without-address",
		why: (context) =>
			`${bridge(context)?.name} is there, but the host has no address on it, and none of its links has 10.88.0.1: nobody is the gateway.`,
		try: "ip address add 10.88.0.1/24 dev BRIDGE.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) => isBlocked(outerEnd(context)),
		diagnosis: "port-not-forwarding",
		why: (context) =>
			`${outerEnd(context)?.name} is a port of ${outerEnd(context)?.master}, in the state ${outerEnd(context)?.portState}: it passes nothing on yet.${
				master(context)?.spanningTree === true
					? " The bridge has the spanning tree protocol on (stp_state 1). With it, a new port listens and learns for half a minute, in case there is a loop, before it is in the state forwarding."
					: ""
			}`,
		try: "Leave stp_state at 0: one bridge makes no loops. bridge link shows the state of each port.",
		see: [`${IP_LINK}, BRIDGE Type Support`, "bridge(8)"],
	},
	{
		when: (context) => !covers(inside(context), GATEWAY) || !hostCovers(context),
		diagnosis: "networks-differ",
		why: (context) =>
			`The two ends are not in the same network. In the container: ${shownAddresses(inside(context))}. On the host's bridge: ${shownAddresses(bridge(context))}. The prefix says which addresses are reached directly: /32 is none but its own.`,
		try: "Give both sides addresses of 10.88.0.0/24, written with their /24.",
		see: ["ip-address(8)", "ip-route(8)"],
	},
	{
		diagnosis: "host-unreachable",
		why: (context) =>
			`Both ends are there and up. In the container: ${shownAddresses(inside(context))}, on the host's bridge: ${shownAddresses(bridge(context))}. But what came of asking is, the host from the container: ${context.facts["box.host"]}; the container from the host: ${context.facts["host.box"]}. Possible causes are a rule that drops the packets, a link that does not ask for hardware addresses (NOARP), a route that leads elsewhere, and a process that has the port.`,
		try: "Ask in the namespace: ip neigh, ip route get 10.88.0.1, nft list ruleset.",
		see: ["ip-neighbour(8)", "ip-route(8)"],
	},
];

export const each: Explanation[] = [
	{
		when: (context) => new Set(masters(context)).size > 1,
		diagnosis: "containers-apart",
		why: (context) =>
			`The first container reaches the host, but not the second one. The host's ends of their pairs are ports of different bridges: ${masters(context).join(" and ")}.`,
		try: "Make both ends ports of one bridge: ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
	{
		diagnosis: "containers-unheard",
		why: ({ facts }) =>
			`The first container reaches the host; what came of asking the second container is: ${facts["box.other"]}. Possible causes are a setting of the bridge's ports, such as isolated, a rule that drops what goes from port to port, and a second container that is not connected as the first one is.`,
		try: "bridge -details link shows how the ports are set; nft list ruleset, what is dropped.",
		see: ["bridge(8)", `${IP_LINK}, master`],
	},
];

/** Something that the first container has and the second lacks. */
export const second: Explanation[] = [
	{
		diagnosis: "second-left-out",
		why: ({ facts, drawn }) =>
			`The first container is connected. Of the second, ${drawn["otherAddress"]}, which was connected in the same way while the first one ran, came: the host ${told(facts["other.host"])}, the world ${told(facts["other.world"])}, its published port ${told(facts["other.port"])}.`,
		try: "Look for what is done for the first container only: a rule that names its address, a step that is left out when the bridge is there already.",
		see: ["nft(8)", "ip-route(8)"],
	},
];

/** Whether the engine unshared its network namespace and never called setns afterwards. */
export function engineMoved({ ledger }: Pick<Context, "ledger">): boolean {
	const own = ledger.filter(({ task, error }) => task === "1" && error === undefined);
	const left = own.findLastIndex(
		({ call, args }) => call === "unshare" && args["flags"]?.includes("CLONE_NEWNET") === true,
	);
	return left >= 0 && !own.slice(left).some(({ call }) => call === "setns");
}

type Link = NonNullable<HostState["network"]>["links"][number];

// Whether a process between the engine and the command unshared: for the command "1.1.1.1", tasks such as "1.1".
function joinUnshares({ ledger }: Context): boolean {
	const command = ledger.find(({ call }) => call === "execve")?.task ?? "";
	const above = ledger.filter(({ task }) => task !== "1" && `${command}.`.startsWith(`${task}.`));
	return called({ ledger: above }, "unshare", "CLONE_NEWNET");
}

const loopbackFlags = ({ process }: Context) => process?.network?.links.find(({ name }) => name === "lo")?.flags ?? [];

/** The container's link beside the loopback. Of several, the one with the container's address. */
function inside({ process, drawn }: Context): Link | undefined {
	const all = process?.network?.links.filter(({ name }) => name !== "lo") ?? [];
	return all.find(({ addresses }) => addresses.some((one) => withoutPrefix(one) === drawn["address"])) ?? all[0];
}

/** Links that the host has now and did not have before. */
function added({ during, observation }: Context): Link[] {
	const before = new Set(observation.before.network?.links.map(({ name }) => name));
	return (during?.host.network?.links ?? []).filter(({ name }) => !before.has(name));
}

/** The bridge that the container's veth belongs to; if it belongs to none, the first new bridge. */
const bridge = (context: Context) => master(context) ?? added(context).find(({ kind }) => kind === "bridge");

const master = (context: Context) => {
	const name = outerEnd(context)?.master ?? "";
	return context.during?.host.network?.links.find((link) => name !== "" && link.name === name);
};

/** The host's end of the container's veth pair. If no link has its name, the host's first new veth. */
function outerEnd(context: Context): Link | undefined {
	const ends = added(context).filter(({ kind }) => kind === "veth");
	return ends.find(({ name }) => name === `box-${context.drawn["id"]}`) ?? ends[0];
}

/** Names of the bridges that the containers' ends on the host belong to. */
function masters(context: Context): string[] {
	const names = [context.drawn["id"], context.drawn["otherId"]].map((id) => `box-${id}`);
	const ends = added(context).filter(({ name }) => names.includes(name));
	return ends.flatMap((end) => (end.master === "" ? [] : [end.master]));
}

const isBlocked = (end: Link | undefined) =>
	end !== undefined && end.master !== "" && end.portState !== "" && end.portState !== "forwarding";

const hostHas = ({ during }: Context, address: string) =>
	during?.host.network?.links.some(({ addresses }) => addresses.some((one) => withoutPrefix(one) === address)) === true;

// Whether one of the host's links has an address in the same network as the container's address.
const hostCovers = ({ during, drawn }: Context) =>
	during?.host.network?.links.some((link) => covers(link, drawn["address"] ?? "")) === true;

/** Whether one of the link's addresses is in the same network as `address`. */
function covers(of: Link | undefined, address: string): boolean {
	return (of?.addresses ?? []).some((one) => {
		const [own = "", prefix = "32"] = one.split("/");
		const size = 2 ** (32 - Number(prefix));
		return Math.floor(numberOf(own) / size) === Math.floor(numberOf(address) / size);
	});
}

const numberOf = (address: string) => address.split(".").reduce((number, part) => number * 256 + Number(part), 0);

const withoutPrefix = (address: string) => address.replace(/\/.*/, "");

const isUp = (link: Link | undefined) => link?.flags.includes("UP") === true;

const shownAddresses = (of: Link | undefined) => of?.addresses.join(", ") || "none";

const threw = (ending: Context["ending"] | undefined, pattern: RegExp) => pattern.test(message(ending));
const message = (ending: Context["ending"] | undefined) =>
	ending?.how === "threw"
		? ending.thrown.message.trim().replaceAll(/\s*\n\s*/g, "; ")
		: ending?.how === "returned"
			? `it returned ${ending.value}`
			: `it ${ending?.how ?? "was never started"}`;
const told = (fact: unknown) => (fact === "host" || fact === "world" || fact === "other" ? "answered" : `“${fact}”`);
