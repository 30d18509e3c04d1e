import { type Context, type Explanation, type FactRule, howItEnded } from "../../harness/judge/index.ts";
import { HOSTS, NOT_RUN } from "./facts.ts";
import { refusals } from "./refusals.ts";
import { ALONE } from "./scenario.ts";

/** The rules about who the commands are: their user namespaces, their ids, and whose files they make. */

const listOf = ({ facts }: Context, fact: string) => [facts[fact] ?? []].flat().map(String);
/** Replaces the placeholders, such as ‹subuid›, by the numbers of this run. */
const shown = ({ drawn }: Context, texts: readonly string[]) =>
	texts.map((text) => text.replace(/‹(\w+)›/g, (whole, name) => drawn[name] ?? whole));
/** The lines of both maps, for a sentence: "uid 0 1000 1, gid 0 1000 1". */
const maps = (context: Context, fact: string) => shown(context, listOf(context, fact)).join(", ") || "empty";

/** The context in which an explanation of an exception looks at the second container. */
function ofAlone(context: Context): Context {
	const call = context.observation.calls[ALONE];
	const thrown = call?.ending.how === "threw" ? call.ending.thrown : null;
	const observation = { ...context.observation, calls: call === undefined ? {} : { [ALONE]: call } };
	return { ...context, observation, thrown, ledger: call?.ledger ?? [], atThrow: call?.atThrow ?? null };
}

/** The same explanation for an exception in the call for the second container. */
function aboutAlone({ when, why, ...rest }: Explanation): Explanation {
	return {
		...rest,
		when: (context) => context.facts["alone.maps"] === NOT_RUN && when?.(ofAlone(context)) !== false,
		why: (context) =>
			`This is about the second container, whose user has no ranges. ${typeof why === "string" ? why : why(ofAlone(context))}`,
	};
}

export const idRules: FactRule[] = [
	{
		fact: "user.namespace",
		madeOf: "kernel",
		what: "the command's user namespace",
		explain: [
			{
				when: ({ facts }) => facts["user.namespace"] === HOSTS,
				diagnosis: "not-entered",
				why: "/proc/PID/ns/user of the command is the host's. In the host's user namespace, this user is nobody's root.",
				try: "Begin with unshare(CLONE_NEWUSER), in the process that calls enterUserNamespace.",
				see: ["user_namespaces(7)", "unshare(2)"],
			},
		],
	},
	{
		fact: "user.maps",
		madeOf: "kernel",
		what: "the lines of uid_map and gid_map of the first command: first id inside, first id outside, how many",
		followsFrom: ["user.namespace"],
		explain: [
			{
				when: (context) =>
					listOf(context, "user.maps").length === 2 &&
					listOf(context, "user.maps").every((line) => line.endsWith(" 1")),
				diagnosis: "range-not-mapped",
				why: (context) =>
					`The maps are: ${maps(context, "user.maps")}. So there is only one user in the namespace. This user has ranges of ${context.drawn["count"]} more: from ${context.drawn["subuid"]} and from ${context.drawn["subgid"]} on. Files of any other user could not even be unpacked.`,
				try: "If mapping has ranges, let newuidmap and newgidmap write the maps: 0 OWN 1 1 START COUNT.",
				see: ["newuidmap(1)", "subuid(5)"],
			},
			{
				when: (context) => !listOf(context, "user.maps").some((line) => line.startsWith("gid")),
				diagnosis: "gid-map-empty",
				why: (context) =>
					`The maps are: ${maps(context, "user.maps")}. gid_map has no line, so every group is shown as 65534, and no process in the namespace can make a file.`,
				try: "Set both maps. newgidmap is for groups.",
				see: ["newgidmap(1)", "user_namespaces(7)"],
			},
			{
				diagnosis: "another-map",
				why: (context) =>
					`The maps are: ${maps(context, "user.maps")}. They should be: ${shown(context, WANTED_MAPS).join(", ")}. The first number is an id inside, the second one the same id outside, and the third one says how many ids follow one another.`,
				try: "newuidmap PID 0 UID 1 1 START COUNT, and the same for groups with newgidmap.",
				see: ["newuidmap(1)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "user.ids",
		madeOf: "kernel",
		what: "the user and the group of the first command, as the host numbers them",
		followsFrom: ["user.namespace", "user.maps"],
		explain: [
			{
				diagnosis: "another-user",
				why: (context) =>
					`For the host, the command is ${shown(context, [String(context.facts["user.ids"])])[0]}. It should be root inside, which is ${context.drawn["uid"]} and ${context.drawn["gid"]} for the host: the user who has started the engine.`,
				try: "Map 0 to the caller's own id. Then the process is root as soon as the map is set, and need not change its ids.",
				see: ["user_namespaces(7)", "credentials(7)"],
			},
		],
	},
	{
		fact: "user.groups",
		madeOf: "kernel",
		what: "supplementary groups of the first command besides its own group, as the host numbers them",
		followsFrom: ["user.namespace"],
		explain: [
			{
				diagnosis: "groups-of-the-caller",
				why: (context) =>
					`The command is in the groups ${shown(context, listOf(context, "user.groups")).join(", ")}. These are groups of the user who has started the engine. Inside, a group without a map is shown as 65534. But for files of the host, such as those in a volume, the command is still in it.`,
				try: "With ranges, call setgroups([]) as soon as the maps are set.",
				see: ["setgroups(2)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "user.capabilities",
		madeOf: "kernel",
		what: "the command's effective capabilities",
		followsFrom: ["user.namespace", "user.maps", "user.ids"],
		explain: [
			{
				diagnosis: "capabilities-lost",
				why: ({ process }) =>
					`CapEff in /proc/PID/status of the command is ${process?.credentials.capabilities}. execve gives all capabilities to root, and no others. Possible causes: the command's user id is not 0 in its user namespace; the process has dropped capabilities from its bounding set.`,
				try: "Let the process be 0 in the namespace before the function returns, by the map. Drop nothing: in this lesson, root keeps everything, and it is worth something only inside.",
				see: ["capabilities(7)", "user_namespaces(7)"],
			},
		],
	},
	{
		fact: "owners.root",
		madeOf: "files",
		what: "the owner, on the host, of a file that root has made inside",
		followsFrom: ["user.namespace", "user.maps", "user.ids"],
		explain: [
			{
				diagnosis: "owner-of-root",
				why: (context) =>
					`On the host, the file belongs to: ${shown(context, [String(context.facts["owners.root"])])[0]}. Root inside should be the user who has started the engine, ${context.drawn["uid"]} and ${context.drawn["gid"]}. Otherwise, this user cannot use the files that a container leaves in a volume.`,
				try: "Map 0 to the caller's own id, alone, and 1 and the following numbers to the range.",
				see: ["user_namespaces(7)", "newuidmap(1)"],
			},
		],
	},
	{
		fact: "owners.others",
		madeOf: "files",
		what: "the owner, on the host, of a file that root has given to 1:2 inside",
		followsFrom: ["user.namespace", "user.maps", "user.ids"],
		explain: [
			{
				diagnosis: "owner-of-others",
				why: (context) =>
					`On the host, the file belongs to: ${shown(context, [String(context.facts["owners.others"])])[0]}. 1 inside should be ${context.drawn["subuid"]}, and the group 2 should be ${Number(context.drawn["subgid"]) + 1}.`,
				try: "The range begins at 1 inside: 1 START COUNT.",
				see: ["user_namespaces(7)", "newuidmap(1)"],
			},
		],
	},
	{
		fact: "alone.maps",
		madeOf: "kernel",
		what: "the lines of uid_map and gid_map of the second command, whose user has no ranges",
		followsFrom: ["user.namespace"],
		isConsequence: ({ facts }) => facts["alone.maps"] === NOT_RUN && facts["command.ran"] === false,
		explain: [
			...refusals.map(aboutAlone),
			{
				when: ({ facts }) => facts["alone.maps"] === NOT_RUN,
				diagnosis: "alone-not-run",
				why: ({ observation }) => {
					const ending = observation.calls[ALONE]?.ending;
					const end = ending?.how === "threw" ? `threw: ${ending.thrown.message}` : howItEnded(ending);
					return `The second container's command did not run: the engine ${end}. This user has no ranges: mapping.subuids and mapping.subgids are null.`;
				},
				try: "Without ranges, write one line with a single number to each map, and do not call newuidmap, newgidmap or setgroups.",
				see: ["user_namespaces(7)"],
			},
			{
				diagnosis: "another-map-without-ranges",
				why: (context) =>
					`The maps are: ${maps(context, "alone.maps")}. They should be: uid 0 ${context.drawn["uid"]} 1, gid 0 ${context.drawn["gid"]} 1.`,
				try: "Without ranges, write one line with a single number to each map.",
				see: ["user_namespaces(7)"],
			},
		],
	},
	{
		fact: "alone.owner",
		madeOf: "files",
		what: "the owner, on the host, of a file that root has made in the second container",
		followsFrom: ["user.namespace", "alone.maps"],
		isConsequence: ({ facts }) => facts["alone.owner"] === NOT_RUN,
		explain: [
			{
				diagnosis: "owner-without-ranges",
				why: (context) =>
					`On the host, the file belongs to: ${shown(context, [String(context.facts["alone.owner"])])[0]}. Root inside should be ${context.drawn["uid"]} and ${context.drawn["gid"]}.`,
				try: "Map 0 to the caller's own id.",
				see: ["user_namespaces(7)"],
			},
		],
	},
];

const WANTED_MAPS = ["uid 0 ‹uid› 1", "uid 1 ‹subuid› ‹count›", "gid 0 ‹gid› 1", "gid 1 ‹subgid› ‹count›"];
