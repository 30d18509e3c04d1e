import {
	type Context,
	called,
	type Explanation,
	type HostState,
	howItEnded,
	isCommandsExecve,
} from "../../harness/judge/index.ts";
import { GATEWAY, resultOf } from "./scenario.ts";

/** Explanations of a container that is not connected: of its namespace first, then of the veth pair and the bridge. */

const IP_LINK = "ip-link(8)";

export const ENGINE_MOVED: Omit<Explanation, "when"> = {
	diagnosis: "engine-moved",
	why: "unshare(CLONE_NEWNET) moves its caller, and here its caller is the engine itself. In the list of your system calls, no setns follows it. So the engine ran ip and nft in the container's namespace, which is connected to nothing.",
	try: 'Open "/proc/thread-self/ns/net" before you call unshare. Then setns(fd, CLONE_NEWNET) brings you back.',
	see: ["setns(2)", "unshare(2)"],
};

/** The engine's network namespace is another one while the command runs. */
export const engineStayedInside: Explanation = {
	...ENGINE_MOVED,
	when: (context) => String(context.facts["engine.place"]) === "another net namespace" && engineMoved(context),
	diagnosis: "engine-left-host",
	why: "unshare(CLONE_NEWNET) moves its caller, and here its caller is the engine itself. In the list of your system calls, no setns follows it, so the engine is not on the host any more. It makes and removes things in the other namespace, and every later container starts there, too.",
};

export const firstNamespace: Explanation[] = [
	{
		when: ({ ledger }) => called({ ledger }, "unshare", "CLONE_NEWNET"),
		diagnosis: "not-joined",
		why: "A network namespace was made. But /proc/PID/ns/net of the command is the host's: the process that became the command did not move into the new namespace.",
		try: "The process that becomes the command calls join. In join, call setns with the descriptor of the namespace.",
		see: ["setns(2)", "network_namespaces(7)"],
	},
	{
		diagnosis: "net-shared",
		why: "/proc/PID/ns/net is the same link for the command and for the host's init: they share links, addresses, and the 65535 ports. A second server on the same port gets EADDRINUSE.",
		try: "Make a namespace with unshare(CLONE_NEWNET), and move the command into it with setns.",
		see: ["network_namespaces(7)", "unshare(2)"],
	},
];

export const secondEnding: Explanation[] = [
	{
		when: ({ observation }) => threw(observation.calls["other"]?.ending, /\bexists\b|already/),
		diagnosis: "made-twice",
		why: ({ observation }) =>
			`connect worked for the first container, but not for the second: ${message(observation.calls["other"]?.ending)}. Something that exists already cannot be made again. Possible causes: something that both containers share, such as the bridge and its address, or a name that is the same for both.`,
		try: "Make the bridge only if it does not exist, and name everything else after the container.",
		see: [IP_LINK],
	},
	{
		diagnosis: "second-failed",
		why: ({ observation }) =>
			`The first container's command ran, and its engine returned a value. The second container's engine should have returned 0. Instead: ${message(observation.calls["other"]?.ending)}.`,
		try: "Look for something that both containers use: a name, an address, a file.",
		see: ["ip-link(8)"],
	},
];

export const secondNamespace: Explanation[] = [
	{
		when: ({ facts }) => facts["ns.net.other"] === "the host's",
		diagnosis: "second-not-joined",
		why: "/proc/PID/ns/net of the first container's command is a namespace of its own. /proc/PID/ns/net of the second container's command is the host's.",
		try: "For every container, join must move its caller into the namespace that the same call of connect has made.",
		see: ["setns(2)", "network_namespaces(7)"],
	},
	{
		when: ({ facts }) => facts["ns.net.other"] === "its command did not run",
		diagnosis: "second-never-ran",
		why: "The second container's engine returned. But while the first container ran, the check saw no process that had become the second container's command.",
		try: "join must return normally, so that the engine can start the command. Look for process.exit and _exit.",
		see: [],
	},
	{
		diagnosis: "one-namespace-for-both",
		why: "/proc/PID/ns/net is the same link for the commands of both containers: they share links, addresses and ports.",
		try: "Make a new namespace for each container. If it needs a name, use the container's.",
		see: ["network_namespaces(7)", "ip-netns(8)"],
	},
];

const JOIN_UNSHARES: Omit<Explanation, "when"> = {
	diagnosis: "join-unshares",
	misconception: 15,
	why: ({ process }) =>
		`After the engine had forked, the process that became the command, or one of its ancestors, called unshare(CLONE_NEWNET). So it moved into a new namespace, and what connect had made before is not there. The links in that namespace: ${process?.network?.links.map(({ name, flags }) => `${name} (${flags.includes("UP") ? "up" : "down"})`).join(", ")}.`,
	try: "Make the namespace in connect, and nowhere else. In join, call setns with the descriptor of that namespace.",
	see: ["setns(2)", "unshare(2), CLONE_NEWNET"],
};

export const loopback: Explanation[] = [
	{
		...JOIN_UNSHARES,
		when: (context) => joinUnshares(context) && loopbackFlags(context).every((flag) => flag !== "UP"),
	},
	{
		when: (context) => !loopbackFlags(context).includes("UP"),
		diagnosis: "loopback-down",
		misconception: 15,
		why: (context) =>
			`In the container's namespace, lo has the flags ${loopbackFlags(context).join(", ")}. A new network namespace has a loopback, but it is down and has no address, so 127.0.0.1 cannot be reached.`,
		try: "In the namespace: ip link set lo up. The kernel then adds the address.",
		see: ["network_namespaces(7)", IP_LINK],
	},
	{
		diagnosis: "loopback-unanswered",
		why: (context) =>
			`In the container's namespace, lo is up and has the addresses ${shownAddresses(context.process?.network?.links.find(({ name }) => name === "lo"))}. But the result of a connection from the container to itself, at 127.0.0.1, was: ${resultOf(context.facts["box.lo"])}. Possible causes: the address was removed, or a rule in the container's namespace drops the packets.`,
		try: "In the namespace, set lo up, and change nothing else about it.",
		see: ["network_namespaces(7)"],
	},
];

/** Why the container's link to the host does not work: first causes in the container, then on the host. */
export const containerLink: Explanation[] = [
	{
		...ENGINE_MOVED,
		when: ({ process, observation }) => process?.engineNamespaces["net"] !== observation.before.namespaces["net"],
		why: (context) =>
			`/proc/PID/ns/net of the engine is not the host's any more: unshare and setns move their caller, and their caller was the engine itself. From then on, the engine runs ip and nft in the other namespace. New links on the host: ${
				newHostLinks(context)
					.map(({ name }) => name)
					.join(", ") || "none"
			}; links in the container's namespace: ${context.process?.network?.links.map(({ name }) => name).join(", ")}.`,
	},
	{
		...JOIN_UNSHARES,
		when: (context) => innerEnd(context) === undefined && joinUnshares(context),
	},
	{
		when: (context) =>
			innerEnd(context) === undefined && newHostLinks(context).filter(({ kind }) => kind === "veth").length > 2,
		diagnosis: "veth-end-outside",
		misconception: 15,
		why: (context) =>
			`The container's namespace has no link but lo. The host has the veth ends ${newHostLinks(context)
				.filter(({ kind }) => kind === "veth")
				.map(({ name }) => name)
				.join(
					", ",
				)}. With two containers, only two of these belong on the host. The others belong in the containers' namespaces.`,
		try: "Move one end: ip link set END netns PID-or-path. Or make that end in the namespace: … peer name eth0 netns ….",
		see: ["veth(4)", IP_LINK],
	},
	{
		when: (context) => innerEnd(context) === undefined,
		diagnosis: "no-link",
		misconception: 15,
		why: "The container's namespace has no link but lo, so no packet can leave it.",
		try: "Make a veth pair, and put one end into the namespace.",
		see: ["veth(4)", "network_namespaces(7)"],
	},
	{
		when: (context) => !isUp(innerEnd(context)),
		diagnosis: "link-down",
		misconception: 15,
		why: (context) =>
			`${innerEnd(context)?.name} in the container's namespace does not have the flag UP. A new link is down. If a link is moved to another namespace, the kernel sets it down.`,
		try: "In the namespace, before you add a route: ip link set eth0 up.",
		see: [IP_LINK],
	},
	{
		when: (context) => innerEnd(context)?.addresses.length === 0,
		diagnosis: "no-address",
		why: (context) =>
			`${innerEnd(context)?.name} in the container's namespace is up, but has no address. A link loses its addresses when it is moved to another namespace.`,
		try: "After the link has been moved, in the namespace: ip address add ADDRESS/24 dev eth0.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) =>
			innerEnd(context)?.addresses.every((one) => withoutPrefix(one) !== context.drawn["address"]) === true,
		diagnosis: "address-of-another",
		why: (context) =>
			`The container should have the address ${context.drawn["address"]}. ${innerEnd(context)?.name} in its namespace has ${shownAddresses(innerEnd(context))}.`,
		try: "Give the link the address that connect is called with.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) => isUp(innerEnd(context)) && !isUp(outerEnd(context)) && outerEnd(context) !== undefined,
		diagnosis: "outer-end-down",
		why: (context) =>
			`${innerEnd(context)?.name} in the container's namespace is up, but ${outerEnd(context)?.name} on the host is not. A veth pair carries packets only if both ends are up.`,
		try: "On the host: ip link set NAME up.",
		see: ["veth(4)", IP_LINK],
	},
	{
		when: (context) => bridge(context) !== undefined && outerEnd(context)?.master === "",
		diagnosis: "not-a-port",
		why: (context) =>
			`The host has the bridge ${bridge(context)?.name}, but ${outerEnd(context)?.name}, the host's end of the veth pair, is not a port of it: it has no master. The cable is not plugged in.`,
		try: "ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
	{
		when: (context) => bridge(context) !== undefined && !isUp(bridge(context)),
		diagnosis: "bridge-down",
		why: (context) =>
			`The bridge ${bridge(context)?.name} does not have the flag UP. A bridge that is down passes no packets on.`,
		try: "ip link set BRIDGE up.",
		see: [IP_LINK],
	},
	{
		when: (context) => bridge(context)?.addresses.length === 0 && !hostHas(context, GATEWAY),
		diagnosis: "bridge-without-address",
		why: (context) =>
			`The host has no address on the bridge ${bridge(context)?.name}, and no other link of the host has 10.88.0.1. So there is no gateway.`,
		try: "ip address add 10.88.0.1/24 dev BRIDGE.",
		see: ["ip-address(8)"],
	},
	{
		when: (context) => isBlocked(outerEnd(context)),
		diagnosis: "port-not-forwarding",
		why: (context) =>
			`${outerEnd(context)?.name} is a port of ${outerEnd(context)?.master}, in the state ${outerEnd(context)?.portState}: it passes no packets on yet.${
				master(context)?.spanningTree === true
					? " The bridge uses the spanning tree protocol (stp_state 1). So a new port first listens and learns for half a minute, in case there is a loop, and only then forwards packets."
					: ""
			}`,
		try: "Leave stp_state at 0: a single bridge makes no loops. bridge link shows the state of each port.",
		see: [`${IP_LINK}, BRIDGE Type Support`, "bridge(8)"],
	},
	{
		when: (context) => !covers(innerEnd(context), GATEWAY) || !hostCovers(context),
		diagnosis: "networks-differ",
		why: (context) =>
			`The two ends are not in the same network. In the container: ${shownAddresses(innerEnd(context))}. On the host's bridge: ${shownAddresses(bridge(context))}. The prefix says which addresses can be reached directly. With /32, that is only the link's own address.`,
		try: "Give both sides addresses of 10.88.0.0/24, each with its prefix /24.",
		see: ["ip-address(8)", "ip-route(8)"],
	},
	{
		diagnosis: "host-unreachable",
		why: (context) =>
			`Both ends exist and are up. Addresses in the container: ${shownAddresses(innerEnd(context))}; on the host's bridge: ${shownAddresses(bridge(context))}. But connections had these results: from the container to the host, ${resultOf(context.facts["box.host"])}; from the host to the container, ${resultOf(context.facts["host.box"])}. Possible causes: a rule that drops the packets, a link that does not ask for hardware addresses (NOARP), a route that leads elsewhere, or another process that uses the port.`,
		try: "Run these in the namespace: ip neigh, ip route get 10.88.0.1, nft list ruleset.",
		see: ["ip-neighbour(8)", "ip-route(8)"],
	},
];

export const betweenContainers: Explanation[] = [
	{
		when: (context) => new Set(bridgeNames(context)).size > 1,
		diagnosis: "containers-apart",
		why: (context) =>
			`The first container reaches the host, but not the second container. The host's ends of their veth pairs are ports of different bridges: ${bridgeNames(context).join(" and ")}.`,
		try: "Make both ends ports of one bridge: ip link set NAME master BRIDGE.",
		see: [`${IP_LINK}, master`],
	},
	{
		diagnosis: "containers-unheard",
		why: ({ facts }) =>
			`The first container reaches the host. But the result of its connection to the second container was: ${resultOf(facts["box.other"])}. Possible causes: a setting of the bridge's ports, such as isolated; a rule that drops packets from port to port; a rule that also changes packets between containers, such as masquerade without oifname != "box0"; or a second container that is not connected like the first.`,
		try: "bridge -details link shows the ports' settings. nft list ruleset shows rules that drop or change packets.",
		see: ["bridge(8)", `${IP_LINK}, master`],
	},
];

/** Something that the first container has and the second lacks. */
export const secondContainer: Explanation[] = [
	{
		diagnosis: "second-left-out",
		why: ({ facts, drawn }) =>
			`The first container is connected. connect was called in the same way for the second, ${drawn["otherAddress"]}, while the first one ran. But connections had these results: from the second container to the host, ${resultOf(facts["other.host"])}; to the world, ${resultOf(facts["other.world"])}; from the world to its published port, ${resultOf(facts["other.port"])}.`,
		try: "Look for something that is done for the first container only: a rule that names its address, or a step that is left out if the bridge exists.",
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

// Whether the process that became the command, or a process between it and the engine, unshared its network namespace:
// for the command "1.1.1.1", tasks such as "1.1" and "1.1.1.1".
function joinUnshares({ ledger }: Context): boolean {
	const command = ledger.find(isCommandsExecve)?.task ?? "";
	const above = ledger.filter(({ task }) => task !== "1" && `${command}.`.startsWith(`${task}.`));
	return called({ ledger: above }, "unshare", "CLONE_NEWNET");
}

const loopbackFlags = ({ process }: Context) => process?.network?.links.find(({ name }) => name === "lo")?.flags ?? [];

/** The container's link besides the loopback. Of several, the one with the container's address, otherwise the first. */
function innerEnd({ process, drawn }: Context): Link | undefined {
	const all = process?.network?.links.filter(({ name }) => name !== "lo") ?? [];
	return all.find(({ addresses }) => addresses.some((one) => withoutPrefix(one) === drawn["address"])) ?? all[0];
}

/** Links that the host has now and did not have before. */
function newHostLinks({ during, observation }: Context): Link[] {
	const before = new Set(observation.before.network?.links.map(({ name }) => name));
	return (during?.host.network?.links ?? []).filter(({ name }) => !before.has(name));
}

/** The bridge that the container's veth belongs to; if it belongs to none, the first new bridge. */
const bridge = (context: Context) => master(context) ?? newHostLinks(context).find(({ kind }) => kind === "bridge");

const master = (context: Context) => {
	const name = outerEnd(context)?.master ?? "";
	return context.during?.host.network?.links.find((link) => name !== "" && link.name === name);
};

/** The host's end of the container's veth pair: the new veth called `box-ID`; if there is none, the first new one. */
function outerEnd(context: Context): Link | undefined {
	const ends = newHostLinks(context).filter(({ kind }) => kind === "veth");
	return ends.find(({ name }) => name === `box-${context.drawn["id"]}`) ?? ends[0];
}

/** Names of the bridges that the containers' ends on the host belong to. */
function bridgeNames(context: Context): string[] {
	const names = [context.drawn["id"], context.drawn["otherId"]].map((id) => `box-${id}`);
	const ends = newHostLinks(context).filter(({ name }) => names.includes(name));
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

const threw = (ending: Context["ending"] | undefined, pattern: RegExp) =>
	ending?.how === "threw" && pattern.test(ending.thrown.message);
const message = (ending: Context["ending"] | undefined) =>
	ending?.how === "threw"
		? ending.thrown.message.trim().replaceAll(/\s*\n\s*/g, "; ")
		: ending?.how === "returned"
			? `it returned ${ending.value}`
			: `it ${howItEnded(ending)}`;
