import type { Context, Explanation, FactValue, Observation } from "../../harness/judge/index.ts";
import { ENDED, HALF_WAY, NO_ADDRESS } from "./scenario.ts";

/** Explanations of what ended containers leave behind, and of things that were removed while others still use them. */

const IP_LINK = "ip-link(8)";
const REMOVED_BY_HAND =
	"A link lives until it is deleted, or its namespace is gone; the namespace lives as long as a process is in it or a descriptor of it is open.";

export const gone: Explanation[] = [
	{
		diagnosis: "others-cut-off",
		misconception: 17,
		why: ({ drawn, facts }) =>
			`The second container, ${drawn["otherAddress"]}, was connected as long as the first one ran. Since that has ended, of asking came: the host ${said(facts["later.host"])}, the world ${said(facts["later.world"])}, its published port ${said(facts["later.port"])}. Possible causes are that the first one's remove has taken away what both use: the bridge, a table of rules, or forwarding.`,
		try: "Remove what bears the container's own name. The bridge goes with the last: as long as it has a port, it is in use.",
		see: [IP_LINK, "nft(8)"],
	},
];

export const stillLed: Explanation[] = [
	{
		diagnosis: "port-still-led",
		misconception: 17,
		why: ({ facts }) =>
			`The container has ended, nobody listens on that port of the host, and yet the connection is not refused. From beyond the host: ${facts["later.gone"]}; from the host: ${facts["later.goneFromHost"]}. A possible cause is a rule that still sends it to the container's address. The next container that gets the address would get the connection, too.`,
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

export const linksLost: Explanation[] = [
	{
		diagnosis: "host-links-lost",
		misconception: 17,
		why: "These links, addresses and routes were there before the first container, and they were not yours: without them, the host itself is cut off from somebody.",
		try: "Remove and change by name, and only what you have made. flush takes what is everybody's.",
		see: [IP_LINK, "ip-route(8)"],
	},
];

export const links: Explanation[] = [
	{
		when: leftOfKind("veth"),
		diagnosis: "veth-left",
		misconception: 17,
		why: `Both containers have ended, and ip link still shows a veth. ${REMOVED_BY_HAND}`,
		try: "In remove: ip link delete NAME, and close the descriptor. The other end, its addresses and routes go along.",
		see: [IP_LINK, "veth(4)"],
	},
	{
		when: leftOfKind("bridge"),
		diagnosis: "bridge-left",
		misconception: 17,
		why: "Both containers have ended, and ip link still shows a bridge that was not there before. A bridge without ports does not go by itself.",
		try: "In remove: when the bridge has no port any more (/sys/class/net/BRIDGE/brif is empty), ip link delete BRIDGE.",
		see: [IP_LINK],
	},
	{
		diagnosis: "link-left",
		misconception: 17,
		why: "Both containers have ended, and ip link, ip address, ip route or ip rule on the host still show what was not there before. It is no veth and no bridge, and none of it goes by itself.",
		try: "In remove, undo each of the commands that made something on the host.",
		see: [IP_LINK, "ip-address(8)", "ip-route(8)", "ip-rule(8)"],
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
		when: ({ facts }) => asList(facts["left.mounts"]).every((mountPoint) => !mountPoint.startsWith("/run/netns/")),
		diagnosis: "mount-left",
		misconception: 17,
		why: "Both containers have ended, and these mounts are left, which were not there before. A mount lives until it is unmounted; one of a namespace's file keeps the namespace, too.",
		try: "In remove, unmount what you have mounted. Or mount nothing: an open descriptor keeps a namespace, and goes with the process.",
		see: ["umount2(2)", "namespaces(7), Namespace lifetime"],
	},
	{
		diagnosis: "namespace-left",
		misconception: 17,
		why: "Both containers have ended, and in /run/netns a mount is left. A named network namespace is a file in /run/netns with the namespace mounted on it, and that mount keeps it alive.",
		try: "ip netns delete NAME in remove. Or no name at all: an open descriptor keeps a namespace, too, and goes with the process.",
		see: ["ip-netns(8)", "namespaces(7), Namespace lifetime"],
	},
];

export const namespacesHeld: Explanation[] = [
	{
		diagnosis: "descriptor-left",
		misconception: 17,
		why: "Both containers have ended, and in /proc/PID/fd of some process there is still a net:[…] which was not there before and is not the host's. As long as a descriptor of it is open, the namespace lives on, with nobody in it. An engine that starts one container after another gathers them.",
		try: "closeSync the descriptor in remove, when all else has been removed.",
		see: ["namespaces(7), Namespace lifetime", "proc_pid_fd(5)"],
	},
];

export const processesLeft: Explanation[] = [
	{
		diagnosis: "processes-left",
		misconception: 17,
		why: "Both containers have ended, and these processes, which were not there before, still are. A process that only keeps a namespace alive keeps it for ever.",
		try: "End every helper in remove, and wait for it. Better: hold the namespace by an open descriptor, which needs no process.",
		see: ["namespaces(7), Namespace lifetime", "waitpid(2)"],
	},
];

export const namespacesAlive: Explanation[] = [
	{
		diagnosis: "namespace-alive",
		misconception: 17,
		why: "Both containers have ended, and ip netns list-id on the host still has the number of a namespace that the host was joined with. No process is in it, it is mounted nowhere, and nobody has a descriptor of it. A socket keeps the namespace that it was made in, too, wherever the process that has it open is now.",
		try: "Close what was opened while the process was in the container's namespace.",
		see: ["namespaces(7), Namespace lifetime", "ip-netns(8)", "socket(2)"],
	},
];

export const notRefused: Explanation[] = [
	{
		diagnosis: "refusal-swallowed",
		why: ({ facts }) =>
			`The third container was to get the address ${NO_ADDRESS}, which is none. No container can have it, so connect has to throw; but this came of it: ${facts["halfway.ending"]}. Whoever asked for the container believes that it is connected.`,
		try: "Let the exception through: what catches it to clean up throws it again.",
		see: ["ip-address(8)"],
	},
];

export const halfWay: Explanation[] = [
	{
		when: ({ observation }) => refusedNext(observation) !== undefined,
		diagnosis: "clean-up-refused",
		misconception: 17,
		why: ({ observation }) =>
			`The third container was to get the address ${NO_ADDRESS}, which is none. What came out of connect says nothing of that, but “${refusedNext(observation)}”, and something is left. A possible cause is that your own removing was refused next, as it ran where the first exception had left it: in the container's namespace there is no box0.`,
		try: "In catch, before anything else: setns(home, CLONE_NEWNET). And remove only what is there: nft has destroy for that, which does not mind.",
		see: ["setns(2)", "nft(8), TABLES"],
	},
	{
		diagnosis: "half-way-left",
		misconception: 17,
		why: `The third container was to get the address ${NO_ADDRESS}, which is none, and connect threw. What it had made by then is still there: the engine removes only what connect has returned.`,
		try: "In catch, undo all that is done, from whichever namespace you are in by then, and close the descriptor: an open one keeps the namespace, and with it the link. Then throw the exception again.",
		see: [IP_LINK],
	},
];

/** The third container's error, if it does not name the invalid address: then another step failed after that one. */
function refusedNext({ calls }: Observation): string | undefined {
	const ending = calls[HALF_WAY]?.ending;
	const lines = ending?.how === "threw" ? ending.thrown.message.split("\n") : [];
	if (lines.some((line) => line.includes(NO_ADDRESS))) return undefined;
	return lines.find((line) => /Cannot find device|No such file|does not exist|ENOENT|EBADF|EINVAL/.test(line))?.trim();
}

const asList = (fact: FactValue | undefined): readonly string[] => (typeof fact === "object" ? fact : []);

/** Whether one of the links that are left behind is of this kind. */
function leftOfKind(kind: string) {
	return ({ observation: { before, moments } }: Context) => {
		const known = new Set(before.network?.links.map(({ name }) => name));
		return moments[ENDED]?.host.network?.links.some((link) => link.kind === kind && !known.has(link.name)) === true;
	};
}

const said = (fact: unknown) =>
	fact === "host" || fact === "world" || fact === "other" ? "answers" : `says “${fact}”`;
