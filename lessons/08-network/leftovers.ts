import type { Explanation, Observation } from "../../harness/grade/index.ts";
import { HALF_WAY, NO_ADDRESS } from "./scenario.ts";

/** What is left when containers have ended, and what was taken away that others still use. */

const IP_LINK = "ip-link(8)";
const REMOVED_BY_HAND =
	"A link lives until it is deleted, or its namespace is gone; the namespace lives as long as a process is in it or a descriptor of it is open.";

export const gone: Explanation[] = [
	{
		diagnosis: "others-cut-off",
		misconception: 17,
		why: ({ drawn, facts }) =>
			`The second container, ${drawn["otherAddress"]}, was connected as long as the first one ran. Now: the host ${said(facts["other.host"])}, the world ${said(facts["other.world"])}, its port ${said(facts["later.port"])}. The first one's remove has taken away what both use: the bridge, a table of rules, or forwarding.`,
		try: "Remove what bears the container's own name. The bridge goes with the last: as long as it has a port, it is in use.",
		see: [IP_LINK, "nft(8)"],
	},
];

export const stillLed: Explanation[] = [
	{
		diagnosis: "port-still-led",
		misconception: 17,
		why: "The container has ended, nobody listens on that port of the host, and yet the connection is not refused at once: a rule still sends it to an address that is nobody's any more. The next container that gets the address would get the connection, too.",
		try: "Remove the container's own rules in its remove, not only with the last container.",
		see: ["nft(8)"],
	},
];

export const flushed: Explanation[] = [
	{
		diagnosis: "host-rules-lost",
		misconception: 17,
		why: "These lines of the ruleset were there before the first container, and they were not yours. flush ruleset removes everybody's rules; deleting a table removes whatever else is in it.",
		try: "Keep your rules in a table of your own, named after the container, and delete that.",
		see: ["nft(8), RULESET", "nft(8), TABLES"],
	},
];

export const links: Explanation[] = [
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

export const rulesLeft: Explanation[] = [
	{
		diagnosis: "rules-left",
		misconception: 17,
		why: "Both containers have ended, and nft list ruleset on the host still has lines that were not there before. Rules belong to nobody: no process and no link takes them along.",
		try: "In remove: nft delete table ip NAME, for every table that was made.",
		see: ["nft(8), TABLES"],
	},
];

export const mountsLeft: Explanation[] = [
	{
		diagnosis: "namespace-left",
		misconception: 17,
		why: "Both containers have ended, and a mount is left. A named network namespace is a file in /run/netns with the namespace mounted on it, and that mount keeps it alive.",
		try: "ip netns delete NAME in remove. Or no name at all: an open descriptor keeps a namespace, too, and goes with the process.",
		see: ["ip-netns(8)", "namespaces(7), Namespace lifetime"],
	},
];

export const namespacesHeld: Explanation[] = [
	{
		diagnosis: "descriptor-left",
		misconception: 17,
		why: "remove has come back, and in /proc/PID/fd of the engine there is still a net:[…] which is not the host's. As long as a descriptor of it is open, the namespace lives on, with nobody in it. An engine that starts one container after another gathers them.",
		try: "closeSync the descriptor in remove, when all else has been removed.",
		see: ["namespaces(7), Namespace lifetime", "proc_pid_fd(5)"],
	},
];

export const processesLeft: Explanation[] = [
	{
		diagnosis: "processes-left",
		misconception: 17,
		why: "Both containers have ended, and these processes, which the engine has started, are still there. A process that only keeps a namespace alive keeps it for ever.",
		try: "End every helper in remove, and wait for it. Better: hold the namespace by an open descriptor, which needs no process.",
		see: ["namespaces(7), Namespace lifetime", "waitpid(2)"],
	},
];

export const halfWay: Explanation[] = [
	{
		when: ({ observation }) => refusedNext(observation) !== undefined,
		diagnosis: "clean-up-refused",
		misconception: 17,
		why: ({ observation }) =>
			`The third container was to get the address ${NO_ADDRESS}, which ip refused, inside the new namespace. That is not what came out of connect: your own removing was refused next ("${refusedNext(observation)}"), and what comes after that was not removed. A possible cause is that it ran where the first exception had left it: in the container's namespace there is no box0.`,
		try: "In catch, before anything else: setns(home, CLONE_NEWNET). And remove only what is there: nft has destroy for that, which does not mind.",
		see: ["setns(2)", "nft(8), TABLES"],
	},
	{
		diagnosis: "half-way-left",
		misconception: 17,
		why: "The third container was to get the address 10.88.0.300, which ip refused, and connect threw. What it had made by then is still there: the engine removes only what connect has returned.",
		try: "In catch, undo all that is done, from whichever namespace you are in by then, and close the descriptor: an open one keeps the namespace, and with it the link. Then throw the exception again.",
		see: [IP_LINK],
	},
];

/** What was refused to the third container after its address: what ip has said of that is not what came out. */
function refusedNext({ containers }: Observation): string | undefined {
	const ending = containers[HALF_WAY]?.ending;
	const lines = ending?.how === "threw" ? ending.thrown.message.split("\n") : [];
	if (lines.some((line) => line.includes(NO_ADDRESS))) return undefined;
	return lines.find((line) => /Cannot find device|No such file|does not exist|ENOENT|EBADF|EINVAL/.test(line))?.trim();
}

const said = (fact: unknown) =>
	fact === "host" || fact === "world" || fact === "other" ? "answers" : `says “${fact}”`;
