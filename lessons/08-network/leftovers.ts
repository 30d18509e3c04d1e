import type { Context, Explanation, FactValue, Observation } from "../../harness/judge/index.ts";
import { ENDED, HALF_WAY, NO_ADDRESS, resultOf } from "./scenario.ts";

/** Explanations of what ended containers leave behind, and of things that were removed while others still use them. */

const IP_LINK = "ip-link(8)";
const LINK_LIFETIME =
	"A link exists until it is deleted, or until its namespace is gone. A namespace exists as long as a process is in it, or a descriptor of it is open.";

export const secondCutOff: Explanation[] = [
	{
		diagnosis: "others-cut-off",
		misconception: 17,
		why: ({ drawn, facts }) =>
			`The second container, ${drawn["otherAddress"]}, was connected as long as the first one ran. After the first one had ended, connections had these results: from the second container to the host, ${resultOf(facts["later.host"])}; to the world, ${resultOf(facts["later.world"])}; from the world to its published port, ${resultOf(facts["later.port"])}. A possible cause: the first container's remove took away something that both use, such as the bridge, a table of rules, or forwarding.`,
		try: "Remove only what is named after the container. Remove the bridge when it has no port any more: a bridge with a port is in use.",
		see: [IP_LINK, "nft(8)"],
	},
];

export const portStillPublished: Explanation[] = [
	{
		diagnosis: "port-still-led",
		misconception: 17,
		why: ({ facts }) =>
			`The container has ended, and no program on the host listens on its published port. But connections to that port had these results: from the world, ${resultOf(facts["later.gone"])}; from the host, ${resultOf(facts["later.goneFromHost"])}. A possible cause is a rule that still leads the port to the container's address. Then the next container with this address would get the connections.`,
		try: "Remove each container's rules in its own remove, not only with the last container.",
		see: ["nft(8)"],
	},
];

export const hostRulesLost: Explanation[] = [
	{
		diagnosis: "host-rules-lost",
		misconception: 17,
		why: "These lines of the ruleset were there before the first container, and they are not yours. flush ruleset removes all rules of all programs. Deleting a table removes everything in it.",
		try: "Put your rules into a table of your own, named after the container, and delete only that table.",
		see: ["nft(8), RULESET", "nft(8), TABLES"],
	},
];

export const hostLinksLost: Explanation[] = [
	{
		diagnosis: "host-links-lost",
		misconception: 17,
		why: "These links, addresses and routes were there before the first container, and they are not yours. Without them, the host itself cannot reach some computers.",
		try: "Remove or change only things that you have made, each by its name. flush removes everything, also what others have made.",
		see: [IP_LINK, "ip-route(8)"],
	},
];

export const linksLeft: Explanation[] = [
	{
		when: leftOfKind("veth"),
		diagnosis: "veth-left",
		misconception: 17,
		why: `Both containers have ended, but ip link still shows a veth. ${LINK_LIFETIME}`,
		try: "In remove: ip link delete NAME, and close the descriptor. The kernel then removes the other end too, and the addresses and routes of both ends.",
		see: [IP_LINK, "veth(4)"],
	},
	{
		when: leftOfKind("bridge"),
		diagnosis: "bridge-left",
		misconception: 17,
		why: "Both containers have ended, but ip link still shows a bridge that was not there before. A bridge without ports does not go away by itself.",
		try: "In remove: if the bridge has no port any more (/sys/class/net/BRIDGE/brif is empty), ip link delete BRIDGE.",
		see: [IP_LINK],
	},
	{
		diagnosis: "link-left",
		misconception: 17,
		why: "Both containers have ended, but ip link, ip address, ip route or ip rule on the host still shows something that was not there before. It is neither a veth nor a bridge, and does not go away by itself.",
		try: "In remove, undo each command that made something on the host.",
		see: [IP_LINK, "ip-address(8)", "ip-route(8)", "ip-rule(8)"],
	},
];

export const rulesLeft: Explanation[] = [
	{
		when: ({ facts }) => asList(facts["left.rules"]).some((line) => !line.startsWith("table ")),
		diagnosis: "rules-left",
		misconception: 17,
		why: "Both containers have ended, but a table that the host had before still has lines that were not there before. The kernel does not remove rules when a process ends or a link is deleted. And you cannot delete this table: the other lines in it are not yours.",
		try: "Put your rules into a table of your own, named after the container, and delete that table in remove. In a table of the host, you must delete each rule by its handle: nft --handle list ruleset shows the handles.",
		see: ["nft(8), TABLES", "nft(8), RULES"],
	},
	{
		diagnosis: "rules-left",
		misconception: 17,
		why: "Both containers have ended, but nft list ruleset on the host still has lines that were not there before. The kernel does not remove rules when a process ends or a link is deleted.",
		try: "In remove: nft delete table ip NAME, for every table that you have made.",
		see: ["nft(8), TABLES"],
	},
];

export const mountsLeft: Explanation[] = [
	{
		when: ({ facts }) => asList(facts["left.mounts"]).every((mountPoint) => !mountPoint.startsWith("/run/netns/")),
		diagnosis: "mount-left",
		misconception: 17,
		why: "Both containers have ended, but these mounts are left, which were not there before. A mount stays until it is unmounted. A mount of a namespace's file also keeps the namespace alive.",
		try: "In remove, unmount everything that you have mounted. Or mount nothing: an open descriptor also keeps a namespace alive, and the kernel closes it when the process ends.",
		see: ["umount2(2)", "namespaces(7), Namespace lifetime"],
	},
	{
		diagnosis: "namespace-left",
		misconception: 17,
		why: "Both containers have ended, but a mount is left in /run/netns. A named network namespace is a file in /run/netns with the namespace mounted on it. This mount keeps the namespace alive.",
		try: "In remove: ip netns delete NAME. Or use no name: an open descriptor also keeps a namespace alive, and the kernel closes it when the process ends.",
		see: ["ip-netns(8)", "namespaces(7), Namespace lifetime"],
	},
];

export const namespacesHeld: Explanation[] = [
	{
		diagnosis: "descriptor-left",
		misconception: 17,
		why: "Both containers have ended, but /proc/PID/fd of a process still has a net:[…] that was not there before and is not the host's. As long as a descriptor of a namespace is open, the namespace stays alive, even without processes. An engine that starts one container after another keeps more and more of them. Every openSync makes another descriptor, even of the same namespace, and each must be closed.",
		try: "In remove, close the descriptor that join uses with closeSync, after everything else has been removed. Close any other descriptor as soon as you do not need it any more.",
		see: ["namespaces(7), Namespace lifetime", "proc_pid_fd(5)"],
	},
];

export const processesLeft: Explanation[] = [
	{
		diagnosis: "processes-left",
		misconception: 17,
		why: "Both containers have ended, but these processes still exist, and were not there before. A helper process that only keeps a namespace alive does so for ever.",
		try: "In remove, and when a step of connect fails, end every helper process, and wait for it. Better: keep the namespace alive by an open descriptor, which needs no helper process.",
		see: ["namespaces(7), Namespace lifetime", "waitpid(2)"],
	},
];

export const namespacesAlive: Explanation[] = [
	{
		diagnosis: "namespace-alive",
		misconception: 17,
		why: "Both containers have ended, but ip netns list-id on the host still shows the number of a namespace that was connected to the host. No process is in this namespace, it is mounted nowhere, and no process has a descriptor of it. A possible cause is an open socket: it keeps alive the namespace in which it was made, even after its process has moved to another namespace.",
		try: "Close every socket that was opened while the process was in the container's namespace.",
		see: ["namespaces(7), Namespace lifetime", "ip-netns(8)", "socket(2)"],
	},
];

export const halfWayEnding: Explanation[] = [
	{
		diagnosis: "refusal-swallowed",
		why: ({ facts }) =>
			`The third container was to get the address ${NO_ADDRESS}, which is invalid, so connect must throw. But the engine ended like this: ${facts["halfway.ending"]}.${String(facts["halfway.ending"]).startsWith("returned") ? " Its caller believes that the container is connected." : ""}`,
		try: "Let the exception through. If you catch it to clean up, throw it again.",
		see: ["ip-address(8)"],
	},
];

export const halfWayLeft: Explanation[] = [
	{
		when: ({ observation }) => laterNftError(observation) !== undefined,
		diagnosis: "clean-up-refused",
		misconception: 17,
		why: ({ observation }) =>
			`The third container was to get the address ${NO_ADDRESS}, which is invalid. But the exception from connect does not name this address. nft says “${laterNftError(observation)}”, and something is left. A possible cause: your clean-up was to delete a table that does not exist. Either connect failed before it made the table, or nft ran in the container's namespace, which has tables of its own.`,
		try: "For nft, use destroy table instead of delete table: it does not fail if there is no such table. In catch, first call setns(host, CLONE_NEWNET), with the descriptor of the host's namespace.",
		see: ["nft(8), TABLES", "setns(2)"],
	},
	{
		when: ({ observation }) => laterError(observation) !== undefined,
		diagnosis: "clean-up-refused",
		misconception: 17,
		why: ({ observation }) =>
			`The third container was to get the address ${NO_ADDRESS}, which is invalid. But the exception from connect does not name this address. It says “${laterError(observation)}”, and something is left. A possible cause: your clean-up failed as well, because it ran in the container's namespace, which has no box0.`,
		try: "In catch, call setns(host, CLONE_NEWNET) first, with the descriptor of the host's namespace. And remove only what exists. For nft, use destroy: it does not fail if there is nothing to remove.",
		see: ["setns(2)", "nft(8), TABLES"],
	},
	{
		diagnosis: "half-way-left",
		misconception: 17,
		why: `The third container was to get the address ${NO_ADDRESS}, which is invalid, and connect threw. But something that connect made before is still there. The engine can remove only what connect returns.`,
		try: "In catch, go back to the host's namespace, undo everything that was done, and close the descriptor: an open descriptor keeps the namespace alive, and the link with it. Then throw the exception again.",
		see: [IP_LINK],
	},
];

/**
 * What nft has printed in the third container's clean-up: that there is no such file, and the command. Undefined if it
 * has printed no such error.
 */
function laterNftError(observation: Observation): string | undefined {
	const error = laterError(observation);
	const ending = observation.calls[HALF_WAY]?.ending;
	if (error === undefined || ending?.how !== "threw") return undefined;
	const lines = ending.thrown.message.split("\n").map((line) => line.trim());
	if (!/^Command failed: nft\b/.test(lines[0] ?? "") || !error.includes("No such file")) return undefined;
	const command = lines[lines.indexOf(error) + 1] ?? "";
	return command === "" ? error : `${error}: ${command}`;
}

/**
 * The line of the third container's exception that shows the error of a later step, such as the clean-up. Undefined if
 * the exception names the invalid address, or has no such line.
 */
function laterError({ calls }: Observation): string | undefined {
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
