import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { ENGINE_MOVED, engineMoved } from "./links.ts";

/**
 * Explanations of exceptions, mostly of commands of ip and nft that fail. Both programs print the kernel's error, and
 * the exception contains that output.
 */

const says =
	(pattern: RegExp) =>
	({ thrown }: Context) =>
		pattern.test(thrown?.message ?? "");

/** The line of the message that matches. */
const matchingLine = ({ thrown }: Context, pattern: RegExp) =>
	(thrown?.message.split("\n").find((text) => pattern.test(text)) ?? "").trim();

const NO_DEVICE = /Cannot find device|Device does not exist/;
const MISSING_DEVICE = /Cannot find device "([^"]+)"|argument "([^"]+)" is wrong: Device does not exist/;
const NO_PROGRAM = /spawn(?:Sync)? \S+ ENOENT/;
const EXISTS_ALREADY = /File exists/;
const UNKNOWN_KIND = /Unknown device type|Operation not supported/;
const NO_NAMESPACE = /Invalid "netns" value/;
const TOO_LONG = /Attribute failed policy validation|not a valid ifname/;

const programOf = (thrown: Context["thrown"]) => /spawn(?:Sync)? (\S+) ENOENT/.exec(thrown?.message ?? "")?.[1] ?? "";

/** The name of the link that ip did not find; an empty text if it names none. */
function missingDevice({ thrown }: Context): string {
	const [, found, argument] = MISSING_DEVICE.exec(thrown?.message ?? "") ?? [];
	return found ?? argument ?? "";
}

const hostNames = ({ drawn }: Context) => ["id", "otherId", "thirdId"].map((id) => `box-${drawn[id]}`);

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: says(NO_PROGRAM),
		diagnosis: "program-missing",
		why: ({ thrown }) =>
			`${programOf(thrown)} could not be started: ENOENT. The host does not have this program. It has ip and nft, which configure the same kernel as older programs, such as iptables, ifconfig and brctl.`,
		try: "Use ip and nft of #box/tools. nft(8) describes how to write each rule of iptables.",
		see: ["ip-link(8)", "nft(8)"],
	},
	{
		...ENGINE_MOVED,
		when: (context) => [NO_DEVICE, EXISTS_ALREADY].some((pattern) => says(pattern)(context)) && engineMoved(context),
	},
	{
		when: (context) => says(EXISTS_ALREADY)(context) && says(/^Command failed: nft/)(context),
		diagnosis: "name-taken",
		why: (context) =>
			`nft cannot make something because it exists already: ${matchingLine(context, EXISTS_ALREADY)}. No container had been connected before this one. The host had these tables of its own: ${(context.observation.before.network?.rules ?? []).flatMap((line) => /^table (.*) \{/.exec(line)?.[1] ?? []).join(", ")}. Possible causes: connect uses the name of a table, chain or set that the host has already; or connect makes the same thing twice.`,
		try: "Make all chains and rules in one table of your own, named after the container: table ip NAME { … }.",
		see: ["nft(8), TABLES"],
	},
	{
		when: (context) => says(EXISTS_ALREADY)(context) && says(/^Command failed: ip .*\broute\b/)(context),
		diagnosis: "name-taken",
		why: (context) =>
			`ip cannot add a route because there is such a route already: ${matchingLine(context, EXISTS_ALREADY)}. Possible causes: the command ran on the host, which has a default route of its own; or the route is added twice. The kernel adds the route to 10.88.0.0/24 itself, when a link gets its address.`,
		try: "In the container's namespace: ip route add default via 10.88.0.1. Add no other route.",
		see: ["ip-route(8)"],
	},
	{
		when: says(EXISTS_ALREADY),
		diagnosis: "name-taken",
		why: (context) =>
			`Something cannot be made because it exists already: ${matchingLine(context, EXISTS_ALREADY)}. No container had been connected before this one. The host's own links were ${(context.observation.before.network?.links ?? []).map(({ name }) => name).join(", ")}. Possible causes: the container's end of the veth pair was made on the host, and two links of one namespace cannot both be called eth0; or the container's default route was added on the host, which has one already.`,
		try: "Make the container's end in its namespace: … type veth peer name eth0 netns PATH. Or give it another name until it has been moved. Add the default route in the container's namespace, too.",
		see: ["ip-link(8)", "veth(4)", "ip-route(8)"],
	},
	{
		when: (context) => missingDevice(context) === "box0",
		diagnosis: "end-not-inside",
		misconception: 15,
		why: (context) =>
			`ip says: ${matchingLine(context, NO_DEVICE)}. ip looks in the network namespace that it runs in, and that namespace has no link box0. Possible causes: the bridge was not made before this command, or is gone already; or the command runs in the container's namespace, and the bridge is on the host.`,
		try: "On the host, before you make the veth pair: ip link add box0 up type bridge, unless /sys/class/net/box0 exists. If you are in the container's namespace, first come back with setns.",
		see: ["ip-link(8)", "setns(2)"],
	},
	{
		when: (context) => hostNames(context).includes(missingDevice(context)),
		diagnosis: "end-not-inside",
		misconception: 15,
		why: (context) =>
			`ip says: ${matchingLine(context, NO_DEVICE)}. ip looks in the network namespace that it runs in, and that namespace has no such link. This is the name of the veth pair's end on the host. Possible causes: the command runs in the container's namespace; the pair was not made yet; or it is gone already: with one end, the kernel removes the other end, too.`,
		try: "Run commands for this link on the host: first come back with setns. In remove, delete the link only if it still exists.",
		see: ["ip-link(8)", "setns(2)", "veth(4)"],
	},
	{
		when: says(NO_DEVICE),
		diagnosis: "end-not-inside",
		misconception: 15,
		why: (context) =>
			`ip says: ${matchingLine(context, NO_DEVICE)}. ip looks in the network namespace that it runs in, and that namespace has no such link. A link is in one namespace at a time. Possible causes: the link was not made, or was not moved there; it is gone already; or the command runs in another namespace than you think.`,
		try: "Make the container's end in its namespace: … type veth peer name eth0 netns PATH.",
		see: ["ip-link(8)", "veth(4)"],
	},
	{
		when: says(TOO_LONG),
		diagnosis: "name-too-long",
		why: (context) =>
			`ip says: ${matchingLine(context, TOO_LONG)} A possible cause is a name that is too long. A link's name has at most 15 bytes (IFNAMSIZ is 16, with the NUL at the end). The name that connect is called with has 12.`,
		try: "Give the host's end of the pair the name that connect is called with.",
		see: ["netdevice(7)"],
	},
	{
		when: says(/Nexthop has invalid gateway|Network is (unreachable|down)/),
		diagnosis: "route-too-early",
		why: (context) =>
			`ip says: ${matchingLine(context, /Nexthop|Network is/)} A gateway must be directly reachable, and the kernel checks this when the route is added. Possible causes: the link is still down; the address was added without its prefix, so that it is a /32, and only the address itself is reachable; or the command ran on the host, where 10.88.0.1 is an address of the host itself.`,
		try: "In the container's namespace, in this order: ip address add ADDRESS/24, ip link set eth0 up, ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: says(/"\/proc\/(?:thread-)?self\/.*Invalid "netns" value/),
		diagnosis: "namespace-of-ip",
		why: (context) =>
			`ip says: ${matchingLine(context, /netns/)}. /proc/self is the process that opens the path. Here, this is the program ip, which has none of your open files.`,
		try: `Use the path of your own process: /proc/\${getpid()}/fd/N.`,
		see: ["ip-link(8)", "proc_pid_fd(5)"],
	},
	{
		when: says(NO_NAMESPACE),
		diagnosis: "namespace-not-found",
		why: (context) =>
			`ip says: ${matchingLine(context, NO_NAMESPACE)}. netns takes a name of ip netns, the pid of a running process, or the path of a namespace's file.`,
		try: `Your descriptor has the path /proc/\${getpid()}/fd/N as long as it is open.`,
		see: ["ip-link(8)", "proc_pid_fd(5)"],
	},
	{
		when: says(/syntax error/),
		diagnosis: "nft-syntax",
		why: (context) =>
			`nft says: ${matchingLine(context, /syntax error/)}. nft has changed nothing: it carries out all of its input, or none of it. The end of a line ends a rule, but a closing brace does not.`,
		try: "Look at the place that nft marks. End every rule with a new line or a semicolon.",
		see: ["nft(8), INPUT FILE FORMATS"],
	},
	{
		when: (context) => says(/Operation not supported/)(context) && says(/^Command failed: nft/)(context),
		diagnosis: "rule-in-wrong-chain",
		why: (context) =>
			`nft says: ${matchingLine(context, /Operation not supported/)}. nft has accepted the syntax, but the kernel refuses the rule in this chain. A possible cause is the chain's hook: dnat belongs in a chain of type nat at prerouting or output, and masquerade in one at postrouting.`,
		try: "For masquerade, make a chain with: type nat hook postrouting priority srcnat.",
		see: ["nft(8), CHAINS", "nft(8), NAT STATEMENTS"],
	},
	{
		when: says(UNKNOWN_KIND),
		diagnosis: "kind-not-supported",
		why: (context) =>
			`ip says: ${matchingLine(context, UNKNOWN_KIND)}. A possible cause is a kind of link that the host's kernel does not have. It has veth and bridge.`,
		try: "Connect the container with a veth pair: … type veth peer name eth0 netns PATH.",
		see: ["ip-link(8)", "veth(4)"],
	},
	{
		when: refused("setns", "EBADF"),
		diagnosis: "descriptor-closed",
		why: ({ thrown }) =>
			`setns was given the descriptor ${thrown?.syscall?.args["fd"]}, which is not open in the calling process. Without a process in it and without an open descriptor, a namespace is gone, and its links with it.`,
		try: "Close the descriptor of the container's namespace in remove, not earlier, and the host's only after you have come back.",
		see: ["setns(2), ERRORS", "namespaces(7), Namespace lifetime"],
	},
];
