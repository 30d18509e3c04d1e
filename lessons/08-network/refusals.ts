import { type Context, type Explanation, refused } from "../../harness/grade/index.ts";
import { ENGINE_MOVED, engineMoved } from "./links.ts";

/** What ip and nft were refused, and why: both print the kernel's answer, and the exception carries what they print. */

const says =
	(pattern: RegExp) =>
	({ thrown }: Context) =>
		pattern.test(thrown?.message ?? "");

/** The line of the message that fits. */
const line = ({ thrown }: Context, pattern: RegExp) =>
	(thrown?.message.split("\n").find((text) => pattern.test(text)) ?? "").trim();

const NO_DEVICE = /Cannot find device|Device does not exist/;
const TOO_LONG = /Attribute failed policy validation|not a valid ifname/;

/** What is known about exceptions, the most specific first. */
export const refusals: Explanation[] = [
	// Whatever was thrown, it was thrown in a place where nothing of the host's is to be found.
	{ ...ENGINE_MOVED, when: (context) => context.thrown !== null && engineMoved(context) },
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
			`ip says: ${line(context, TOO_LONG)} The name of a link has 15 bytes at most (IFNAMSIZ is 16, with the NUL at the end), and box- with an id of eight is 12 of them.`,
		try: "Call the host's end of the pair by the name that connect is given.",
		see: ["netdevice(7)"],
	},
	{
		when: says(/Nexthop has invalid gateway|Network is (unreachable|down)/),
		diagnosis: "route-too-early",
		why: (context) =>
			`ip says: ${line(context, /Nexthop|Network is/)} A gateway must be reached directly, and the kernel looks whether it is when the route is added. A link that is down reaches nobody, and an address without its prefix is a /32: it reaches only itself.`,
		try: "In this order: ip address add ADDRESS/24, ip link set eth0 up, ip route add default via 10.88.0.1.",
		see: ["ip-route(8)"],
	},
	{
		when: says(/Invalid "netns" value/),
		diagnosis: "namespace-of-ip",
		why: (context) =>
			`ip says: ${line(context, /netns/)}. /proc/self is whoever looks: here that is the program ip, which has none of your open files.`,
		try: `Name your own process: /proc/\${getpid()}/fd/N.`,
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
		when: says(/Operation not supported/),
		diagnosis: "rule-in-wrong-chain",
		why: (context) =>
			`nft says: ${line(context, /Operation not supported/)}. The rule's words are right, but not in this chain: dnat belongs in a chain of type nat at the hooks prerouting and output, masquerade in one at postrouting.`,
		try: "type nat hook postrouting priority srcnat, for masquerade.",
		see: ["nft(8), CHAINS", "nft(8), NAT STATEMENTS"],
	},
	{
		when: refused("setns", "EBADF"),
		diagnosis: "descriptor-closed",
		why: ({ thrown }) =>
			`setns was given the descriptor ${thrown?.syscall?.args["fd"]}, and it is not open any more. It was all that held the namespace: with it went the namespace, and the veth pair.`,
		try: "Close it in remove, not before.",
		see: ["setns(2), ERRORS", "namespaces(7), Namespace lifetime"],
	},
];
