import { type Context, type Explanation, refused } from "../../harness/judge/index.ts";
import { ENGINE_MOVED, engineMoved } from "./links.ts";

/**
 * Explanations of commands that ip and nft refuse. Both print the kernel's error, and the exception contains that
 * output.
 */

const says =
	(pattern: RegExp) =>
	({ thrown }: Context) =>
		pattern.test(thrown?.message ?? "");

/** The line of the message that matches. */
const line = ({ thrown }: Context, pattern: RegExp) =>
	(thrown?.message.split("\n").find((text) => pattern.test(text)) ?? "").trim();

const NO_DEVICE = /Cannot find device|Device does not exist/;
const NO_PROGRAM = /spawn(?:Sync)? \S+ ENOENT/;
const TAKEN = /File exists/;
const NO_KIND = /Unknown device type|Operation not supported/;
const NO_NAMESPACE = /Invalid "netns" value/;
const TOO_LONG = /Attribute failed policy validation|not a valid ifname/;

const programOf = (thrown: Context["thrown"]) => /spawn(?:Sync)? (\S+) ENOENT/.exec(thrown?.message ?? "")?.[1] ?? "";

/** Explanations of exceptions, the most specific first. */
export const refusals: Explanation[] = [
	{
		when: says(NO_PROGRAM),
		diagnosis: "program-missing",
		why: ({ thrown }) =>
			`${programOf(thrown)} could not be started: ENOENT, it is not on this host. The host has ip and nft. They speak to the same kernel as older programs do, such as iptables, ifconfig and brctl.`,
		try: "ip and nft of #box/tools run the programs that are there; nft(8) has the words for each rule of iptables.",
		see: ["ip-link(8)", "nft(8)"],
	},
	{
		...ENGINE_MOVED,
		when: (context) => [NO_DEVICE, TAKEN].some((pattern) => says(pattern)(context)) && engineMoved(context),
	},
	{
		when: says(TAKEN),
		diagnosis: "name-taken",
		why: (context) =>
			`What was to be made is there already: ${line(context, TAKEN)}. No container had been connected before this one. The host's own links were ${(context.observation.before.network?.links ?? []).map(({ name }) => name).join(", ")}. A possible cause is a pair whose inner end is made on the host: two links of one namespace cannot both be eth0, and the host has one.`,
		try: "Have the inner end made where it belongs: … type veth peer name eth0 netns PATH. Or give it a name of its own until it has been moved.",
		see: ["ip-link(8)", "veth(4)"],
	},
	{
		when: says(NO_DEVICE),
		diagnosis: "end-not-inside",
		misconception: 15,
		why: (context) =>
			`ip says: ${line(context, NO_DEVICE)}. It looks in the network namespace that it runs in, and there is no such link there. A link is in one namespace at a time; possible causes are an end of the pair that was never moved, and a command that runs in the other namespace than you think.`,
		try: "Say where the container's end belongs when the pair is made: … type veth peer name eth0 netns PATH.",
		see: ["ip-link(8)", "veth(4)"],
	},
	{
		when: says(TOO_LONG),
		diagnosis: "name-too-long",
		why: (context) =>
			`ip says: ${line(context, TOO_LONG)} A possible cause is a name that is too long: a link's has 15 bytes at most (IFNAMSIZ is 16, with the NUL at the end), and box- with an id of eight is 12 of them.`,
		try: "Call the host's end of the pair by the name that connect is given.",
		see: ["netdevice(7)"],
	},
	{
		when: says(/Nexthop has invalid gateway|Network is (unreachable|down)/),
		diagnosis: "route-too-early",
		why: (context) =>
			`ip says: ${line(context, /Nexthop|Network is/)} A gateway must be reached directly, and the kernel looks whether it is when the route is added. Possible causes are a link that is still down, which reaches nobody, and an address without its prefix, which is a /32 and reaches only itself.`,
		try: "In this order: ip address add ADDRESS/24, ip link set eth0 up, ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: says(/"\/proc\/(?:thread-)?self\/.*Invalid "netns" value/),
		diagnosis: "namespace-of-ip",
		why: (context) =>
			`ip says: ${line(context, /netns/)}. /proc/self is whoever looks: here that is the program ip, which has none of your open files.`,
		try: `Name your own process: /proc/\${getpid()}/fd/N.`,
		see: ["ip-link(8)", "proc_pid_fd(5)"],
	},
	{
		when: says(NO_NAMESPACE),
		diagnosis: "namespace-not-found",
		why: (context) =>
			`ip says: ${line(context, NO_NAMESPACE)}. For netns it takes a name of ip netns, the pid of a process that runs, or the path of a file that is open or mounted.`,
		try: `A descriptor of yours has the path /proc/\${getpid()}/fd/N, as long as it is open.`,
		see: ["ip-link(8)", "proc_pid_fd(5)"],
	},
	{
		when: says(/syntax error/),
		diagnosis: "nft-syntax",
		why: (context) =>
			`nft says: ${line(context, /syntax error/)}. It has done nothing: a file is taken as a whole, or not at all. To nft, a line's end is the end of a rule; a closing brace is not.`,
		try: "Look at the place that it marks. End every rule with a new line or a semicolon.",
		see: ["nft(8), INPUT FILE FORMATS"],
	},
	{
		when: (context) => says(/Operation not supported/)(context) && says(/^Command failed: nft/)(context),
		diagnosis: "rule-in-wrong-chain",
		why: (context) =>
			`nft says: ${line(context, /Operation not supported/)}. It has understood the words, and the kernel refuses them here. A possible cause is the chain: dnat belongs in a chain of type nat at the hooks prerouting and output, masquerade in one at postrouting.`,
		try: "type nat hook postrouting priority srcnat, for masquerade.",
		see: ["nft(8), CHAINS", "nft(8), NAT STATEMENTS"],
	},
	{
		when: says(NO_KIND),
		diagnosis: "kind-not-supported",
		why: (context) =>
			`ip says: ${line(context, NO_KIND)}. The host's kernel has no links of that kind. It has veth and bridge.`,
		try: "Connect the container by a veth pair: … type veth peer name eth0 netns PATH.",
		see: ["ip-link(8)", "veth(4)"],
	},
	{
		when: refused("setns", "EBADF"),
		diagnosis: "descriptor-closed",
		why: ({ thrown }) =>
			`setns was given the descriptor ${thrown?.syscall?.args["fd"]}, which is not open in the process that called it. A namespace that nobody is in, and that no descriptor holds, is gone, and its links with it.`,
		try: "Close it in remove, not before.",
		see: ["setns(2), ERRORS", "namespaces(7), Namespace lifetime"],
	},
];
